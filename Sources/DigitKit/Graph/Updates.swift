/// The operations of the optimiser. Parameters that are treated alike and lie side by side are one
/// flat array.
struct Updates {
  private var draft: Draft
  private let options: TrainingOptions
  /// The parameters that the backward pass reaches.
  private let reached: Set<Int>

  /// Writes the updates behind all else.
  static func write(to draft: inout Draft, _ options: TrainingOptions, parameterBytes: Int) {
    var updates = Updates(draft: draft, options: options, reached: draft.graph.reachedParameters)
    updates.writeAll(parameterBytes)
    draft = updates.draft
  }

  private mutating func writeAll(_ parameterBytes: Int) {
    let average: Operand = options.keepsAverage ? newState(parameterBytes) : .none
    if options.keepsAverage {
      for p in draft.graph.parameters {
        addSlot(p.name, .average, offset: p.offset)
      }
    }
    let factor = options.clipsByNorm ? clip() : .none
    for run in runs() {
      switch run.way {
      case .flat(let group): flat(run.range, group, factor, of: run.parameters)
      case .muon(let group): muon(run.parameters[0], group, factor)
      case .fused(let group): fused(run.parameters[0], group)
      }
    }
    if options.keepsAverage {
      draft.emit(
        .averageUpdate, "", .flat(parameterBytes / 4), [average, .place(.parameters, 0)],
        stage: .update, kind: .parts, name: "average")
    }
  }

  // MARK: Which parameters, and how

  private enum Way: Equatable {
    case flat(Int)
    case muon(Int)
    case fused(Int)
  }

  private struct Run {
    var way: Way
    var range: Range<Int>
    var parameters: [Int]
  }

  private func way(of index: Int) -> Way? {
    let p = draft.graph.parameters[index]
    guard p.kind == .weight, p.isTrained, reached.contains(index) else { return nil }
    let isHidden = options.rule == .muon && hiddenMatrices.contains(index)
    let group = options.groups[p.name] ?? (options.rule == .muon && !isHidden ? 1 : 0)
    if isHidden { return .muon(group) }
    return draft.fusedUpdates[index] != nil ? .fused(group) : .flat(group)
  }

  private var hiddenMatrices: Set<Int> { draft.graph.hiddenMatrices }

  /// Neighbours that are treated alike, in the order of the block.
  private func runs() -> [Run] {
    let parameters = draft.graph.parameters
    var runs: [Run] = []
    for i in parameters.indices.sorted(by: { parameters[$0].offset < parameters[$1].offset }) {
      guard let way = way(of: i) else { continue }
      let range = parameters[i].offset..<parameters[i].offset + parameters[i].layout.bytes
      if let last = runs.last, case .flat = way, last.way == way,
        last.range.upperBound == range.lowerBound
      {
        runs[runs.count - 1].range = last.range.lowerBound..<range.upperBound
        runs[runs.count - 1].parameters.append(i)
      } else {
        runs.append(Run(way: way, range: range, parameters: [i]))
      }
    }
    return runs
  }

  // MARK: State

  /// A place in the state for as many bytes of numbers.
  private mutating func newState(_ bytes: Int) -> Operand {
    let offset = draft.stateBytes
    draft.stateBytes += roundedUp(bytes, to: 64)
    return .place(.state, offset)
  }

  private mutating func addSlot(_ name: String, _ kind: StateSlot.Kind, offset: Int) {
    draft.stateSlots.append(StateSlot(parameter: name, kind: kind, offset: offset))
  }

  /// First and second moments, as the rule has them, for the bytes of these parameters.
  private mutating func moments(_ range: Range<Int>, _ indices: [Int]) -> (m: Operand, v: Operand) {
    var m = Operand.none
    var v = Operand.none
    if options.rule.hasFirstMoment { m = newState(range.count) }
    if options.rule.hasSecondMoment { v = newState(range.count) }
    for i in indices {
      let p = draft.graph.parameters[i]
      if case .place(_, let offset) = m {
        addSlot(p.name, .first, offset: offset + p.offset - range.lowerBound)
      }
      if case .place(_, let offset) = v {
        addSlot(p.name, .second, offset: offset + p.offset - range.lowerBound)
      }
    }
    return (m, v)
  }

  // MARK: Operations

  private mutating func flat(
    _ range: Range<Int>, _ group: Int, _ factor: Operand, of indices: [Int]
  ) {
    let (m, v) = moments(range, indices)
    let w = Operand.place(.parameters, range.lowerBound)
    let g = Operand.place(.gradients, range.lowerBound)
    let operands: [Operand] =
      switch options.rule.opcode {
      case .adamUpdate: [w, m, v, g, factor]
      case .rmspropUpdate: [w, v, m, g, factor]
      default: [w, v, g, factor]
      }
    draft.emit(
      options.rule.opcode, "", .flat(range.count / 4), operands, stage: .update, kind: .parts,
      name: "update", group: group)
  }

  private mutating func muon(_ index: Int, _ group: Int, _ factor: Operand) {
    let p = draft.graph.parameters[index]
    var s = MatrixPlanShape()
    s.rows = Int32(p.layout.outer * p.layout.storedInputs)
    s.columns = Int32(p.layout.storedOutputs)
    s.real_rows = Int32(p.layout.outer * p.layout.inputs)
    s.real_columns = Int32(p.layout.outputs)
    let state = newState(p.layout.bytes)
    if case .place(_, let offset) = state { addSlot(p.name, .second, offset: offset) }
    draft.emit(
      .muonUpdate, "update", .matrix(s),
      [.place(.parameters, p.offset), state, .place(.gradients, p.offset), factor],
      stage: .update, kind: .parts, name: p.layer, group: group)
  }

  private mutating func fused(_ index: Int, _ group: Int) {
    guard let update = draft.fusedUpdates[index] else { return }
    let p = draft.graph.parameters[index]
    let (m, v) = moments(p.offset..<p.offset + p.layout.bytes, [index])
    draft.emit(
      .denseGradientUpdate, "update", .dense(update.shape),
      [.place(.parameters, p.offset), m, v, update.x, update.dy], stage: .update, kind: .parts,
      name: update.name, group: group, option: Int32(options.rule.opcode.rawValue),
      multiplyAdds: p.count)
  }

  /// All gradients together decide, from the first that is used to the last; others between are zero.
  private mutating func clip() -> Operand {
    let used = draft.graph.parameters.indices.filter { way(of: $0) != nil }
    let parameters = draft.graph.parameters
    guard let first = used.map({ parameters[$0].offset }).min(),
      let end = used.map({ parameters[$0].offset + parameters[$0].layout.bytes }).max()
    else { return .none }
    let partial = Operand.buffer(draft.newBuffer(.shared))
    let factor = Operand.buffer(draft.newBuffer(.shared))
    let count = (end - first) / 4
    draft.emit(
      .squaredNorm, "", .flat(count), [partial, .place(.gradients, first)], stage: .update,
      kind: .parts, name: "gradient norm")
    draft.emit(
      .clipFactor, "", .flat((count + normBlock - 1) / normBlock), [factor, partial],
      stage: .update, kind: .parts, name: "clip factor")
    return factor
  }
}

/// What an optimiser keeps of a parameter.
public struct StateSlot: Sendable, Equatable {
  /// What it keeps.
  public enum Kind: String, Sendable {
    /// Adam's first moment, RMSprop's momentum.
    case first
    /// Adam's, Adagrad's and RMSprop's second moment; the momentum of SGD and Muon.
    case second
    /// The moving average of the parameter.
    case average
  }

  /// Whose.
  public var parameter: String
  /// What.
  public var kind: Kind
  /// Bytes from the beginning of the state.
  var offset: Int
}

extension UpdateRule {
  /// For all but Muon's matrices.
  var opcode: Opcode {
    switch self {
    case .sgd: .sgdUpdate
    case .adam, .muon: .adamUpdate
    case .adagrad: .adagradUpdate
    case .rmsprop: .rmspropUpdate
    }
  }

  var hasFirstMoment: Bool {
    switch self {
    case .adam, .muon, .rmsprop(momentum: true): true
    default: false
    }
  }

  var hasSecondMoment: Bool { self != .sgd(momentum: false) }
}

extension Graph {
  /// Parameters that some node of the backward pass has a gradient for.
  var reachedParameters: Set<Int> {
    Set(
      nodes.filter { $0.operation is any BackwardOperation }.flatMap(\.parameters))
  }

  /// Weights of convolutions and dense layers that are neither the first nor the last on some way
  /// from a picture to a head: Muon's.
  var hiddenMatrices: Set<Int> {
    let forward = nodes.indices.filter { !(nodes[$0].operation is any BackwardOperation) }
    var before = [Bool](repeating: false, count: nodes.count)
    var behind = before
    for id in forward {
      for input in nodes[id].inputs where before[input] || nodes[input].hasMatrix {
        before[id] = true
      }
    }
    for id in forward.reversed() where behind[id] || nodes[id].hasMatrix {
      for input in nodes[id].inputs { behind[input] = true }
    }
    return Set(
      forward.filter { before[$0] && behind[$0] && nodes[$0].isForMuon }.map {
        nodes[$0].parameters[0]
      })
  }
}

extension Node {
  fileprivate var hasMatrix: Bool { operation is Convolution || operation is DenseProduct }
  fileprivate var isForMuon: Bool {
    if let layer = operation as? Convolution { return layer.groups == 1 }
    return operation is DenseProduct
  }
}
