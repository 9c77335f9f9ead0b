/// A part of the numbers falls out while training, the others grow in proportion (Srivastava et al. 2014).
public struct Dropout: NamedLayer {
  /// `Dropout`
  public static let kind = "Dropout"
  /// `dropout1`
  public static let usualName = "dropout"

  /// The part that falls out.
  public var rate: Float
  /// Its name; nil: `dropout1` and so on.
  public var name: String?

  /// Half of the numbers unless told otherwise.
  public init(rate: Float = 0.5, name: String? = nil) {
    self.rate = rate
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.drop(.elements, rate, inputs, name)
  }
}

/// Whole channels fall out while training (Tompson et al. 2015): PyTorch's `Dropout2d`.
public struct ChannelDropout: NamedLayer {
  /// `ChannelDropout`
  public static let kind = "ChannelDropout"
  /// `dropout1`
  public static let usualName = "dropout"

  /// The part that falls out.
  public var rate: Float
  /// Its name; nil: `dropout1` and so on.
  public var name: String?

  /// Half of the channels unless told otherwise.
  public init(rate: Float = 0.5, name: String? = nil) {
    self.rate = rate
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.drop(.channels, rate, inputs, name)
  }
}

/// Squares of pixels fall out while training, per channel (Ghiasi, Lin and Le 2018).
public struct DropBlock: NamedLayer {
  /// `DropBlock`
  public static let kind = "DropBlock"
  /// `dropout1`
  public static let usualName = "dropout"

  /// About the part that falls out.
  public var rate: Float
  /// Rows and columns of a square.
  public var size: Int
  /// Its name; nil: `dropout1` and so on.
  public var name: String?

  /// A tenth, in squares of 3x3, unless told otherwise.
  public init(rate: Float = 0.1, size: Int = 3, name: String? = nil) {
    self.rate = rate
    self.size = size
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.drop(.blocks(side: size), rate, inputs, name)
  }
}

extension Model {
  /// Whether anything falls out of it while training.
  public var hasDropout: Bool { records.contains { $0.layer?.isDropout == true } }

  /// The same network, with the same parameters, of which nothing falls out.
  func withoutDropout() throws -> Model {
    try rewritten { _, layer in layer.isDropout ? nil : layer }
  }
}

extension NamedLayer {
  fileprivate var isDropout: Bool {
    self is Dropout || self is ChannelDropout || self is DropBlock
  }
}

extension Network {
  fileprivate func drop(
    _ kind: Dropping.Kind, _ rate: Float, _ inputs: [Value], _ name: String
  ) throws -> Value {
    let drop = Dropping(kind: kind, rate: rate, number: nextRandomNumber())
    return try append(drop, name: name, inputs: inputs)
  }
}
