/// Layers one behind the other, as they would be drawn.
///
///     let model = try Model(Input(28, 28), loss: .crossEntropy()) {
///       Conv2D(channels: 6, kernel: 5, activation: .relu)
///       MaxPool2D()
///       Flatten()
///       Dense(units: 10)
///     }
public struct Sequential: Layer {
  /// The layers, in order.
  public var layers: [any Layer]
  /// What the layers' names begin with, and a dot.
  public var name: String?

  /// Layers as they are listed.
  public init(name: String? = nil, @LayerBuilder _ layers: () -> [any Layer]) {
    self.name = name
    self.layers = layers()
  }

  /// Layers of a list.
  public init(_ layers: [any Layer], name: String? = nil) {
    self.layers = layers
    self.name = name
  }

  /// Each layer applied to what the one before gave.
  public func apply(to inputs: [Value], in network: Network) throws -> Value {
    guard inputs.count == 1 else {
      throw GraphError("Sequential takes one input, not \(inputs.count)")
    }
    return try network.inside(name) {
      try layers.reduce(inputs[0]) { try network.add($1, to: [$0]) }
    }
  }
}

/// Lists layers; `if` and `for` work inside.
@resultBuilder
public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Layers of a list.
  public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
  /// Layers behind one another.
  public static func buildBlock(_ layers: [any Layer]...) -> [any Layer] { layers.flatMap(\.self) }
  /// Layers under a condition.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// Layers of one branch.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of the other.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of a loop.
  public static func buildArray(_ layers: [[any Layer]]) -> [any Layer] { layers.flatMap(\.self) }
}
