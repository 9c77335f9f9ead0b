/// From a model to a plan: what the purpose needs, fused, differentiated, laid out.
struct PlanCompiler {
  let model: Model
  let purpose: Purpose
  let batch: Int
  let lanes: Int
  let tile: Int
  var integers = IntegerLayers()

  func layout() throws -> PlanLayout {
    let (graph, heads) = try withHeads()
    guard !heads.isEmpty else { throw GraphError(noHeads) }
    return try layout(of: graph, heads: heads)
  }

  /// The plan that computes `heads` of a graph of the model's nodes.
  func layout(of graph: Graph, heads: [NodeID]) throws -> PlanLayout {
    let graph = compiled(graph, heads: heads)
    var options = CompileOptions(training: training, batch: batch, lanes: lanes, tile: tile)
    options.fusedWeights = fusedWeights(graph)
    var draft = Draft(graph, options)
    draft.lowerAll()
    try checkArrays(draft.arrays)
    if let training {
      Updates.write(to: &draft, training, parameterBytes: model.parameterBytes)
    }
    let ops = Stage.allCases.flatMap { stage in
      (draft.ops[stage] ?? []).map { (stage: stage, op: $0) }
    }
    let segments = segments(of: ops)
    return PlanLayout(
      ops: ops, segments: segments, memory: MemoryPlan(draft, ops: ops, segments: segments),
      arrays: draft.arrays, parameters: graph.parameters, reports: draft.reports,
      stateSlots: draft.stateSlots, groups: groups, batch: batch, lanes: lanes, tile: tile,
      parameterBytes: model.parameterBytes, stateBytes: draft.stateBytes)
  }

  private var training: TrainingOptions? {
    if case .train(let options) = purpose { options } else { nil }
  }

  private var groups: Int {
    guard let training else { return 1 }
    return max(training.rule == .muon ? 2 : 1, (training.groups.values.max() ?? 0) + 1)
  }

  /// An array is asked for by its name, so one name cannot mean two.
  private func checkArrays(_ arrays: [PlanArray]) throws {
    guard arrays.count <= 16 else {
      throw GraphError(
        "a plan has at most 16 arrays; this one would read and write \(arrays.count)")
    }
    for (i, array) in arrays.enumerated() {
      guard let other = arrays[..<i].first(where: { $0.name == array.name }) else { continue }
      throw GraphError(
        "array \"\(array.name)\": read as \(other.values) and as \(array.values) numbers per image; "
          + "give each head a target: of its own")
    }
  }

  // MARK: The graph

  /// Without what does nothing in this plan, fused, with its gradients.
  private func compiled(_ graph: Graph, heads: [NodeID]) -> Graph {
    var graph = graph.pruned(to: heads)
    let trains = training != nil
    graph = graph.rebuilt { id in
      graph.nodes[id].operation.isNothing(training: trains)
        ? .same(graph.nodes[id].inputs[0]) : nil
    }
    if !trains { graph.compute(in: integers) }
    graph = graph.fused()
    graph.split(batch: batch, lanes: lanes, tile: tile, trains: trains)
    if !trains { graph.chooseFew(batch: batch) }
    return trains ? Tape.differentiated(graph) : graph
  }

  private var noHeads: String {
    switch purpose {
    case .train, .measure:
      "the model \"\(model.name)\" has no loss to compute; give it one with loss: .crossEntropy(), say"
    case .predict: "no result was asked for; ask for .probabilities, say"
    }
  }

  /// The model's nodes with the heads that this plan has.
  private func withHeads() throws -> (Graph, [NodeID]) {
    var graph = model.graph
    if let augmentation = training?.augmentation {
      try check(augmentation)
      for id in graph.nodes.indices {
        if var input = graph.nodes[id].operation as? InputOperation, input.input.type == .bytes {
          input.augmentation = augmentation
          graph.nodes[id].operation = input
        }
      }
    }
    var heads: [NodeID] = []
    let wanted: [Wanted]
    switch purpose {
    case .train: wanted = []
    case .measure(let results): wanted = results
    case .predict(let results): wanted = results
    }
    if case .predict = purpose {
    } else {
      for head in model.heads {
        heads += try head.addLoss(to: &graph)
        heads += try head.addCount(to: &graph)
      }
    }
    for result in wanted { heads.append(try model.add(result, to: &graph)) }
    return (graph, heads)
  }

  private func check(_ augmentation: Augmentation) throws {
    try augmentation.validate()
    guard augmentation[.mixup] > 0 else { return }
    for head in model.heads {
      guard case .crossEntropy(_, _, let ignored?) = head.loss else { continue }
      throw GraphError(
        layer: head.name, got: "mixup and the ignored label \(ignored)",
        needs: "one of them, since half a label cannot be ignored",
        remedy: "leave out mixup, or the pictures without a label")
    }
  }

  /// Dense weights whose gradient nobody else needs.
  private func fusedWeights(_ graph: Graph) -> Set<Int> {
    guard let training, training.fusesUpdates, !training.clipsByNorm else { return [] }
    var uses: [Int: Int] = [:]
    for node in graph.nodes where node.operation is DenseProduct {
      uses[node.parameters[0], default: 0] += 1
    }
    let hidden = training.rule == .muon ? graph.hiddenMatrices : []
    return Set(
      uses.filter {
        $0.value == 1 && graph.parameters[$0.key].isTrained && !hidden.contains($0.key)
      }
      .keys)
  }
}

/// A plan before it is bytes.
struct PlanLayout {
  var ops: [(stage: Stage, op: DraftOp)]
  var segments: [Segment]
  var memory: MemoryPlan
  var arrays: [PlanArray]
  var parameters: [ParameterInfo]
  var reports: [PlanReport]
  var stateSlots: [StateSlot]
  var groups: Int
  var batch: Int
  var lanes: Int
  var tile: Int
  var parameterBytes: Int
  var stateBytes: Int
}

/// An array that the caller gives with each call, or that a plan writes.
public struct PlanArray: Sendable, Equatable {
  /// How it is asked for.
  public var name: String
  /// What it holds.
  var type: ElementType
  /// Numbers of one item.
  public var values: Int
  /// Whether the plan writes it.
  public var isResult: Bool
}

/// A number that a plan reports for its batch.
struct PlanReport: Sendable, Equatable {
  enum Kind: Sendable { case loss, rootLoss, correct }
  var head: String
  var kind: Kind
  var weight: Float
}
