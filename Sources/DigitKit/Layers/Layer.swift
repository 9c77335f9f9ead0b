/// Part of a network: a small value that knows what comes out of it before anything runs.
///
/// In a sequence layers are listed; in a graph they are called like functions:
///
///     let y = try Conv2D(channels: 16, kernel: 3)(x)
///     let z = try Add()(x, y)
public protocol Layer: Sendable {
  /// Adds the layer to the network that the inputs belong to, and gives what comes out.
  func apply(to inputs: [Value], in network: Network) throws -> Value
}

extension Layer {
  /// The layer applied to values of a network.
  public func callAsFunction(_ inputs: Value...) throws -> Value { try self(inputs) }

  /// The layer applied to values of a network.
  public func callAsFunction(_ inputs: [Value]) throws -> Value {
    guard let network = inputs.first?.network, inputs.allSatisfy({ $0.network === network }) else {
      throw GraphError("a layer needs at least one input, and all of one network")
    }
    return try network.add(self, to: inputs)
  }
}

/// A layer that stands in summaries and files under a name of its own, and has what JSON needs.
/// Others, like `Sequential` and `Residual`, are put together from these.
public protocol NamedLayer: Layer {
  /// Its name in the network; nil: its kind and a number, like `conv1`.
  var name: String? { get set }
  /// `Conv2D`, in files.
  static var kind: String { get }
  /// What it is called where it has no name: `conv`.
  static var usualName: String { get }
  /// How many inputs it takes.
  static var inputCount: ClosedRange<Int> { get }
  /// Adds its operations under this name.
  func build(_ inputs: [Value], name: String, in network: Network) throws -> Value
}

extension NamedLayer {
  /// One.
  public static var inputCount: ClosedRange<Int> { 1...1 }

  /// Adds the layer under its name, or the first free one of its kind.
  public func apply(to inputs: [Value], in network: Network) throws -> Value {
    try network.addNamed(self, to: inputs)
  }
}

/// A value of a network that is being described: what a layer gave.
public struct Value: Sendable {
  let network: Network
  let id: NodeID
  /// The shape of one image's.
  public let shape: Shape
}
