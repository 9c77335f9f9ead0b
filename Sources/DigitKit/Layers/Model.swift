/// A network: its layers, shapes and parameters, and what it is trained for. It has no numbers itself;
/// `Parameters` has them. Described once, compiled into as many plans as there are purposes.
public struct Model: Sendable {
  /// Its name, for reports and files.
  public var name: String
  /// The pictures it reads.
  public let inputs: [Input]
  /// What it is trained for.
  public let heads: [Head]
  /// Its parameters, in the order of its layers.
  public var parameters: [ParameterInfo] { graph.parameters }
  private(set) var graph: Graph
  let records: [LayerRecord]
  /// Of the block that all its plans share.
  let parameterBytes: Int

  /// Layers one behind the other. Without a loss it predicts only.
  public init(
    _ input: Input = Input(), loss: Loss? = .crossEntropy(), name: String = "model",
    @LayerBuilder layers: () -> [any Layer]
  ) throws {
    try self.init(Sequential(layers()), input: input, loss: loss, name: name)
  }

  /// A layer, usually `Sequential`, on one input, with one head.
  public init(
    _ layer: any Layer, input: Input = Input(), loss: Loss? = .crossEntropy(),
    name: String = "model"
  ) throws {
    try self.init(name: name) { network in
      let x = try network.input(input)
      try network.head(network.add(layer, to: [x]), loss: loss)
    }
  }

  /// A graph: inputs, layers called like functions, heads.
  public init(name: String = "model", graph describe: (Network) throws -> Void) throws {
    let network = Network()
    try describe(network)
    try self.init(network, name: name)
  }

  init(_ network: Network, name: String) throws {
    guard !network.heads.isEmpty else {
      throw GraphError("the model \"\(name)\" has no head; end it with head(_:loss:)")
    }
    self.name = name
    inputs = network.inputs
    records = network.records
    var graph = network.graph
    heads = network.heads.map {
      var head = $0
      head.addConstants(to: &graph)
      return head
    }
    graph.rectify()
    parameterBytes = graph.layOutParameters()
    self.graph = graph
  }

  /// How many numbers training changes by their gradients: running statistics and constants are not counted.
  public var parameterCount: Int {
    parameters.filter { $0.kind == .weight }.reduce(0) { $0 + $1.count }
  }

  /// The model with the parameters whose names satisfy `condition` not trained: no work goes into
  /// their gradients. Batch normalisations whose weight is frozen use their running statistics.
  public func freezing(_ condition: (String) -> Bool) -> Model { settingTrained(false, condition) }

  /// The model with these parameters trained again.
  public func thawing(_ condition: (String) -> Bool) -> Model { settingTrained(true, condition) }

  private func settingTrained(_ isTrained: Bool, _ condition: (String) -> Bool) -> Model {
    var model = self
    for i in graph.parameters.indices where graph.parameters[i].kind == .weight {
      if condition(graph.parameters[i].name) { model.graph.parameters[i].isTrained = isTrained }
    }
    for id in graph.nodes.indices {
      guard var norm = graph.nodes[id].operation as? BatchNormalisation else { continue }
      norm.isFrozen = !graph.nodes[id].parameters.contains {
        model.graph.parameters[$0].isTrained
      }
      model.graph.nodes[id].operation = norm
    }
    return model
  }

  /// A plan for one purpose, for at most `batch` images a call. `lanes` and `tile` are chosen unless given; `integers`
  /// is not for training.
  public func plan(
    _ purpose: Purpose, batch: Int, lanes: Int? = nil, tile: Int? = nil,
    integers: IntegerLayers = IntegerLayers()
  ) throws -> Plan {
    guard (1...1 << 20).contains(batch) else {
      throw GraphError("batch: got \(batch), needs 1 to \(1 << 20)")
    }
    let lanes = lanes ?? CostModel.lanes(batch: batch)
    guard (1...1024).contains(lanes) else {
      throw GraphError("lanes: got \(lanes), needs 1 to 1024")
    }
    let tile = tile ?? CostModel.tile(batch: batch)
    guard (1...batch).contains(tile) else {
      throw GraphError("tile: got \(tile), needs 1 to \(batch), the batch")
    }
    if case .train = purpose, !integers.steps.isEmpty {
      throw GraphError("integers have no gradient; leave them out of a plan to train with")
    }
    let compiler = PlanCompiler(
      model: self, purpose: purpose, batch: batch, lanes: lanes, tile: tile, integers: integers)
    return try Plan(compiler.layout(), purpose: purpose)
  }

  /// Adds what gives a result; its node.
  func add(_ wanted: Wanted, to graph: inout Graph) throws -> NodeID {
    let (node, array) = try resolve(wanted, in: &graph)
    guard array.utf8.count < 32 else {
      throw GraphError("result \"\(array)\": its name needs fewer than 32 letters")
    }
    return try graph.append(Output(result: array), name: array, inputs: [node])
  }

  private func resolve(_ wanted: Wanted, in graph: inout Graph) throws -> (NodeID, String) {
    switch wanted {
    case .probabilities: return (try probabilities(heads[0], &graph), "probabilities")
    case .logits: return (heads[0].logits, "logits")
    case .probabilitiesOf(let name):
      return (try probabilities(head(name), &graph), "\(name).probabilities")
    case .logitsOf(let name): return (try head(name).logits, "\(name).logits")
    case .layer(let name):
      guard let record = records.first(where: { $0.name == name }) else {
        throw GraphError(
          "there is no layer \"\(name)\"\(nearest(name, in: records.map(\.name)))")
      }
      return (record.output, name)
    }
  }

  private func head(_ name: String) throws -> Head {
    guard let head = heads.first(where: { $0.name == name }) else {
      throw GraphError("there is no head \"\(name)\"\(nearest(name, in: heads.map(\.name)))")
    }
    return head
  }

  private func probabilities(_ head: Head, _ graph: inout Graph) throws -> NodeID {
    if head.node != head.logits { return head.node }
    switch head.loss {
    case .crossEntropy, .softCrossEntropy, nil:
      return try graph.append(
        SoftmaxOperation(), name: "\(head.name).softmax", inputs: [head.logits])
    case .binaryCrossEntropy:
      return try graph.append(
        Elementwise(function: .sigmoid), name: "\(head.name).sigmoid", inputs: [head.logits])
    default: return head.node
    }
  }
}

extension Graph {
  /// Finds the layers that a ReLU or its like follows: He's first values are for them.
  mutating func rectify() {
    var rectified = [Bool](repeating: false, count: nodes.count)
    for id in nodes.indices.reversed() {
      let operation = nodes[id].operation
      let begins =
        (operation as? Elementwise).map { $0.function != .sigmoid && $0.function != .tanh }
        ?? false
      if begins || (rectified[id] && operation.passesRectificationOn) {
        for input in nodes[id].inputs { rectified[input] = true }
      }
      if rectified[id] {
        for p in nodes[id].parameters { parameters[p].isRectified = true }
      }
    }
  }
}
