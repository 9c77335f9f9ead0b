/// A plan being written: operations whose operands are still buffers without a place.
struct Draft {
  let graph: Graph
  let options: CompileOptions
  private(set) var ops: [Stage: [DraftOp]] = [:]
  var buffers: [Buffer] = []
  private(set) var arrays: [PlanArray] = []
  private(set) var reports: [PlanReport] = []
  var stateSlots: [StateSlot] = []
  var stateBytes = 0
  /// Dense layers whose gradient is computed with the update, by parameter.
  var fusedUpdates: [Int: FusedUpdate] = [:]

  private let lastReader: [NodeID]
  private let partners: Set<NodeID>
  private var values: [BufferID?]
  private var byproducts: [NodeID: [Byproduct: BufferID]] = [:]
  private var current: NodeID = 0
  private var sharedSums: BufferID?
  /// Packed weights by parameter and operation: layers that share weights share them packed.
  private var packed: [PackedKey: BufferID] = [:]

  init(_ graph: Graph, _ options: CompileOptions) {
    self.graph = graph
    self.options = options
    var last = Array(graph.nodes.indices)
    for id in graph.nodes.indices {
      for input in graph.nodes[id].inputs { last[input] = id }
    }
    lastReader = last
    partners = Set(graph.nodes.compactMap(\.partner))
    values = Array(repeating: nil, count: graph.nodes.count)
  }

  /// Writes all nodes, in their order.
  mutating func lowerAll() {
    for id in graph.nodes.indices {
      current = id
      graph.nodes[id].operation.lower(graph.nodes[id], into: &self)
    }
  }

  var trains: Bool { options.trains }

  /// Whether some node of the backward pass reads what this one gives beside its value.
  var hasBackward: Bool { partners.contains(current) }

  /// Whether another node reads this one's value.
  var isReadLater: Bool { lastReader[current] != current }

  // MARK: Operands

  /// The value of another node.
  func value(_ id: NodeID) -> Operand { values[id].map { .buffer($0) } ?? .none }

  /// A buffer for this node's value.
  mutating func newValue() -> Operand {
    let id = newBuffer(.tile)
    values[current] = id
    return .buffer(id)
  }

  /// A buffer for this node's value: that of its input number `place`, if this node is the last to
  /// read it and both lie alike in memory.
  mutating func newValue(over place: Int) -> Operand {
    let input = graph.nodes[current].inputs[place]
    guard mayOverwrite(place), let id = values[input] else { return newValue() }
    values[current] = id
    return .buffer(id)
  }

  func mayOverwrite(_ place: Int) -> Bool {
    let node = graph.nodes[current]
    let input = node.inputs[place]
    let shape = graph.nodes[input].shape
    return lastReader[input] == current && node.inputs.filter { $0 == input }.count == 1
      && shape.storedCount == node.shape.storedCount && shape.isRaw == node.shape.isRaw
  }

  /// A buffer per image for something that this node gives beside its value.
  mutating func newImages(_ what: Byproduct) -> Operand { newByproduct(what, .tile) }
  /// One that all threads share.
  mutating func newShared(_ what: Byproduct) -> Operand { newByproduct(what, .shared) }
  /// One per lane: a sum over its images.
  mutating func newLane(_ what: Byproduct) -> Operand { newByproduct(what, .lane) }

  private mutating func newByproduct(_ what: Byproduct, _ space: Space) -> Operand {
    let id = newBuffer(space)
    byproducts[current, default: [:]][what] = id
    return .buffer(id)
  }

  /// Sums of a weight gradient that all threads work on: one place for all layers, each of which then has a
  /// segment of its own. A meeting costs microseconds, the sums of a wide layer some 10 MB.
  mutating func sumsInTurn() -> Operand {
    let id = sharedSums ?? newBuffer(.shared)
    sharedSums = id
    return .buffer(id)
  }

  /// What the node's partner, or itself, gave beside its value.
  func byproduct(_ what: Byproduct, of node: Node) -> Operand {
    byproducts[node.partner ?? current]?[what].map { .buffer($0) } ?? .none
  }

  /// The place for packed weights, and whether they are packed there already.
  mutating func packedWeights(_ code: Opcode, _ parameter: Int) -> (Operand, isNew: Bool) {
    let node = graph.nodes[node(current)]
    let key = PackedKey(
      code: code.rawValue, parameter: parameter, input: graph.nodes[node.inputs[0]].shape,
      output: node.shape)
    if let id = packed[key] { return (.buffer(id), false) }
    let id = newBuffer(.shared)
    packed[key] = id
    return (.buffer(id), true)
  }

  /// The node of the forward pass that a node belongs to.
  private func node(_ id: NodeID) -> NodeID { graph.nodes[id].partner ?? id }

  mutating func newBuffer(_ space: Space) -> BufferID {
    buffers.append(Buffer(space: space))
    return buffers.count - 1
  }

  func parameter(_ index: Int?) -> Operand {
    index.map { .place(.parameters, graph.parameters[$0].offset) } ?? .none
  }

  /// The gradient of a parameter, or nothing where it is not trained.
  func gradient(_ index: Int?) -> Operand {
    guard let index, graph.parameters[index].isTrained else { return .none }
    return .place(.gradients, graph.parameters[index].offset)
  }

  /// A caller's array, known by its name.
  mutating func array(_ wanted: PlanArray) -> Operand {
    if let known = arrays.firstIndex(of: wanted) { return .place(.array, known) }
    arrays.append(wanted)
    return .place(.array, arrays.count - 1)
  }

  /// The number of a new report.
  mutating func report(_ report: PlanReport) -> Int32 {
    reports.append(report)
    return Int32(reports.count - 1)
  }

  // MARK: Operations

  /// Adds an operation, its operands in the order of ops.def; scratch memory is seen to.
  mutating func emit(
    _ code: Opcode, _ what: String, _ shape: PlanShape, _ operands: [Operand],
    stage: Stage = .compute, kind: SegmentKind = .tiles, name: String? = nil, layer: Int32 = 0,
    group: Int = 0, option: Int32 = 0, values: [Float] = [], multiplyAdds: Int? = nil
  ) {
    let images = kind == .parts ? options.batch : options.tile
    let uses = operandUses(code, shape, images: images)
    var operands = operands
    for (i, use) in uses.enumerated() {
      if use.verb == .scratch {
        while operands.count < i { operands.append(.none) }
        let id = newBuffer(.tile)
        buffers[id].isScratch = true
        operands.append(.buffer(id))
      }
      if i < operands.count, case .buffer(let id) = operands[i] {
        buffers[id].bytes = max(buffers[id].bytes, use.bytes)
      }
    }
    let owner = name ?? graph.nodes[current].name
    ops[stage, default: []].append(
      DraftOp(
        code: code, name: owner + (what.isEmpty ? "" : " " + what), owner: owner, shape: shape,
        operands: operands, uses: uses, kind: kind, layer: layer, group: Int32(group),
        option: option, values: values,
        multiplyAdds: code.isProduct
          ? multiplyAdds ?? graph.nodes[node(current)].multiplyAdds : 0))
  }
}

extension Node {
  var multiplyAdds: Int { operation.multiplyAdds(self) }
}

typealias BufferID = Int

/// Numbers that operations share, without a place as yet.
struct Buffer {
  /// Tile, which becomes batch where it crosses a meeting; shared; or lane.
  var space: Space
  /// Of one image, or in all.
  var bytes = 0
  /// Scratch memory of one operation.
  var isScratch = false
  var firstOp = -1
  var lastOp = -1
  var offset = 0
}

/// What a node keeps for its partner of the backward pass, beside its value.
enum Byproduct: Hashable {
  case winners, targets, partner, sums, biasSums, mean, variance, inverse, scale, shift, other
}

private struct PackedKey: Hashable {
  var code: UInt32
  var parameter: Int
  var input: Shape
  var output: Shape
}

/// An operand: left out, a buffer, or a place that is known.
enum Operand: Equatable {
  case none
  case buffer(BufferID)
  case place(Space, Int)
}

/// Parts of a plan, in their order.
enum Stage: Int, CaseIterable { case prepare, compute, update }

/// How a segment is shared out among threads: a few images at a time, or parts of each operation.
enum SegmentKind: UInt32, Sendable { case tiles, parts }

/// One operation of a draft.
struct DraftOp {
  var code: Opcode
  var name: String
  /// The layer whose work it is, or what it is where it is none's.
  var owner: String
  var shape: PlanShape
  var operands: [Operand]
  var uses: [OperandUse]
  var kind: SegmentKind
  var layer: Int32
  var group: Int32
  var option: Int32
  /// At most four.
  var values: [Float]
  /// For one image, as the layer's definition has them, without padding; 0 of what is no product of its layer.
  var multiplyAdds: Int
}

/// A dense layer whose gradient is computed with the update.
struct FusedUpdate {
  var shape: DensePlanShape
  var x: Operand
  var dy: Operand
  var name: String
}
