/// The sum of two values of one shape.
public struct Add: NamedLayer {
  /// `Add`
  public static let kind = "Add"
  /// `add1`
  public static let usualName = "add"
  /// Two or more.
  public static let inputCount = 2...16

  /// The function behind it.
  public var activation: Activation?
  /// Its name; nil: `add1` and so on.
  public var name: String?

  /// A sum: `try Add()(a, b)`.
  public init(activation: Activation? = nil, name: String? = nil) {
    self.activation = activation
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    let sum = try inputs.dropFirst().reduce(inputs[0]) {
      try network.append(Sum(), name: name, inputs: [$0, $1])
    }
    return try network.activate(sum, activation, name: name)
  }
}

/// The channels of several values of one height and width, one behind the other.
public struct Concatenate: NamedLayer {
  /// `Concatenate`
  public static let kind = "Concatenate"
  /// `concatenate1`
  public static let usualName = "concatenate"
  /// Two to sixteen.
  public static let inputCount = 2...16

  /// Its name; nil: `concatenate1` and so on.
  public var name: String?

  /// A concatenation: `try Concatenate()(a, b, c)`.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.append(Concatenation(), name: name, inputs: inputs)
  }
}

/// Rows and columns of zeros around a picture. A convolution behind it takes them over as its own
/// padding, so that nothing is copied.
public struct ZeroPad: NamedLayer {
  /// `ZeroPad`
  public static let kind = "ZeroPad"
  /// `pad1`
  public static let usualName = "pad"

  /// Rows above and below, columns left and right.
  public var size: Extent
  /// Its name; nil: `pad1` and so on.
  public var name: String?

  /// So many rows above and below, columns left and right.
  public init(size: Extent = 1, name: String? = nil) {
    self.size = size
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    guard (0...4096).contains(size.height), (0...4096).contains(size.width) else {
      throw GraphError(
        layer: name, got: "\(size)", needs: "0 to 4096 rows and columns",
        remedy: "check its size")
    }
    let margins = Margins(
      top: size.height, left: size.width, bottom: size.height, right: size.width)
    return try network.append(ZeroPadding(margins: margins), name: name, inputs: inputs)
  }
}

/// `activation(layers(x) + shortcut(x))`, where the shortcut is `x` itself unless layers are given (He et al. 2015).
///
///     Residual(activation: .relu) {
///       Conv2D(channels: 64, kernel: 3, padding: .same, activation: .relu)
///       Conv2D(channels: 64, kernel: 3, padding: .same)
///     }
public struct Residual: Layer {
  /// The layers of the branch.
  public var layers: [any Layer]
  /// The layers of the shortcut; none: `x` itself.
  public var shortcut: [any Layer]
  /// The function behind the sum.
  public var activation: Activation?
  /// What the names of its layers begin with, and a dot.
  public var name: String?

  /// A block whose shortcut is `x` itself.
  public init(
    activation: Activation? = nil, name: String? = nil, @LayerBuilder _ layers: () -> [any Layer]
  ) {
    self.layers = layers()
    shortcut = []
    self.activation = activation
    self.name = name
  }

  /// A block with layers in its shortcut, where shapes change.
  public init(
    activation: Activation? = nil, name: String? = nil,
    @LayerBuilder _ layers: () -> [any Layer], @LayerBuilder shortcut: () -> [any Layer]
  ) {
    self.layers = layers()
    self.shortcut = shortcut()
    self.activation = activation
    self.name = name
  }

  /// Adds its layers to a network.
  public func apply(to inputs: [Value], in network: Network) throws -> Value {
    try network.inside(name) {
      let branch = try Sequential(layers).apply(to: inputs, in: network)
      let skipped = try Sequential(shortcut, name: shortcut.isEmpty ? nil : "shortcut")
        .apply(to: inputs, in: network)
      return try Add(activation: activation)(branch, skipped)
    }
  }
}
