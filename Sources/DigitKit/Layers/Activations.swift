/// `max(0, x)`
public struct ReLU: NamedLayer {
  /// `ReLU`
  public static let kind = "ReLU"
  /// `relu1`
  public static let usualName = "relu"

  /// Its name; nil: `relu1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .relu, name: name)
  }
}

/// `x < 0 ? slope * x : x`
public struct LeakyReLU: NamedLayer {
  /// `LeakyReLU`
  public static let kind = "LeakyReLU"
  /// `leakyrelu1`
  public static let usualName = "leakyrelu"

  /// For negative numbers; above 0.
  public var slope: Float
  /// Its name; nil: `leakyrelu1` and so on.
  public var name: String?

  /// A slope of 0.01 unless told otherwise.
  public init(slope: Float = 0.01, name: String? = nil) {
    self.slope = slope
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .leakyReLU(slope: slope), name: name)
  }
}

/// `1 / (1 + exp(-x))`
public struct Sigmoid: NamedLayer {
  /// `Sigmoid`
  public static let kind = "Sigmoid"
  /// `sigmoid1`
  public static let usualName = "sigmoid"

  /// Its name; nil: `sigmoid1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .sigmoid, name: name)
  }
}

/// `tanh(x)`
public struct Tanh: NamedLayer {
  /// `Tanh`
  public static let kind = "Tanh"
  /// `tanh1`
  public static let usualName = "tanh"

  /// Its name; nil: `tanh1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .tanh, name: name)
  }
}

/// `x * P(x)`, with the normal distribution function
public struct GELU: NamedLayer {
  /// `GELU`
  public static let kind = "GELU"
  /// `gelu1`
  public static let usualName = "gelu"

  /// Its name; nil: `gelu1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .gelu, name: name)
  }
}

/// `x * sigmoid(x)`
public struct SiLU: NamedLayer {
  /// `SiLU`
  public static let kind = "SiLU"
  /// `silu1`
  public static let usualName = "silu"

  /// Its name; nil: `silu1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .silu, name: name)
  }
}

/// `exp(x) / sum of exp(x)`, over the channels of each row. Losses and results see it: a network may end
/// with it or with what is before it.
public struct Softmax: NamedLayer {
  /// `Softmax`
  public static let kind = "Softmax"
  /// `softmax1`
  public static let usualName = "softmax"

  /// Its name; nil: `softmax1` and so on.
  public var name: String?

  /// The function as a layer of its own; `activation:` of other layers is the same.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.activate(inputs[0], .softmax, name: name)
  }
}
