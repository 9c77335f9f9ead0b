/// Which layers compute in integers when a network predicts, and how finely each rounds what it reads.
///
///     let layers = try IntegerLayers(.faster, of: model, parameters: parameters, on: training)
///     let plan = try model.plan(.predict(), batch: 1, integers: layers)
///
/// Their weights become 8 bits, with a scale for each output; what they read becomes 16, less where many products are
/// added up. Sums are exact: the same on every machine.
public struct IntegerLayers: Sendable, Equatable {
  /// By the layer's name: what one step of its integer inputs counts.
  public var steps: [String: Float]

  /// None, unless steps are given.
  public init(steps: [String: Float] = [:]) { self.steps = steps }

  /// What is asked of a network's layers.
  public enum Choice: String, Sendable, CaseIterable {
    /// Those that are faster so, one picture at a time (`CostModel.integersPay`).
    case faster
    /// All that can be.
    case all
    /// None: their weights alone become bytes.
    case none
  }
}

extension Model {
  /// The layers that can compute in integers, or those of them that a choice means.
  public func layers(inIntegers choice: IntegerLayers.Choice = .all) -> [String] {
    graph.nodes.compactMap { node in
      guard let layer = node.operation as? any IntegerOperation else { return nil }
      let x = graph.nodes[node.inputs[0]].shape
      let isMeant =
        switch choice {
        case .none: false
        case .all: layer.hasIntegerForm(reading: x)
        case .faster:
          layer.hasIntegerForm(reading: x) && CostModel.integersPay(layer.work(reading: x))
        }
      return isMeant ? node.name : nil
    }
  }
}

/// A layer of products that has a form in integers, for prediction.
protocol IntegerOperation: Operation {
  /// What one step of its integer inputs counts; nil: it computes in floats.
  var inputStep: Float? { get set }
  /// How many products one output adds up.
  func inputsOfSum(reading x: Shape) -> Int
  /// What its form in floats does for one picture.
  func work(reading x: Shape) -> LayerWork
  /// Whether nothing in it rules integers out.
  var isPlain: Bool { get }
}

extension IntegerOperation {
  /// The limit of the C core: with more inputs too few of the bits would be left to each.
  func hasIntegerForm(reading x: Shape) -> Bool { isPlain && inputsOfSum(reading: x) <= 1 << 17 }
}

/// What a layer in floats does for one picture.
struct LayerWork: Equatable {
  /// Bytes of its packed weights.
  var weightBytes: Int
  /// Products that the layer's definition has, with padded channels.
  var multiplyAdds: Int
}

extension Draft {
  /// A layer in integers: its weights packed as bytes, and its products.
  mutating func emitIntegers(
    _ node: Node, _ shape: PlanShape, _ pack: Opcode, _ product: Opcode, step: Float
  ) {
    let (prepared, isNew) = packedWeights(pack, node.parameters[0])
    if isNew {
      emit(
        pack, "prepare", shape, [prepared, parameter(node.parameters[0])], stage: .prepare,
        kind: .parts)
    }
    let x = value(node.inputs[0])
    emit(
      product, "forward", shape, [newValue(), x, prepared, parameter(node.bias)], values: [step])
  }
}

extension Graph {
  /// Has layers compute in integers.
  mutating func compute(in layers: IntegerLayers) {
    for id in nodes.indices {
      guard let step = layers.steps[nodes[id].name],
        var layer = nodes[id].operation as? any IntegerOperation,
        layer.hasIntegerForm(reading: nodes[nodes[id].inputs[0]].shape)
      else { continue }
      layer.inputStep = step
      nodes[id].operation = layer
    }
  }
}
