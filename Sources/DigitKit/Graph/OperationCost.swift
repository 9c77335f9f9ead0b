/// What the operations of a plan are and how much they do in a call with a full batch.
extension PlanLayout {
  /// The operations of a segment, with the seconds that each operation of the plan took.
  func profiled(_ segment: Segment, _ seconds: [Double]) -> [PlanProfile.Operation] {
    (segment.first..<segment.first + segment.count).map { place in
      let op = ops[place].op
      var algorithm: String?
      if case .convolution(let shape) = op.shape {
        algorithm = ConvolutionForm(shape).algorithm(of: op.code)
      }
      return PlanProfile.Operation(
        name: op.name, layer: op.owner, kind: op.code.label, family: op.code.family,
        algorithm: algorithm,
        work: PlanProfile.Work(
          seconds: seconds[place], operations: operations(of: op), bytes: Double(bytes(of: op))))
    }
  }

  private func operations(of op: DraftOp) -> Double {
    // Five steps of X Xᵀ, its square, and that times X, X having the fewer rows.
    if case .matrix(let s) = op.shape, op.code == .muonUpdate {
      let m = Double(min(s.real_rows, s.real_columns))
      let n = Double(max(s.real_rows, s.real_columns))
      return 5 * (4 * m * m * n + 2 * m * m * m)
    }
    return 2 * Double(op.multiplyAdds) * Double(batch)
  }

  /// What the kernel is given to read and to write; what it adds to counts twice, scratch memory not.
  private func bytes(of op: DraftOp) -> Int {
    zip(op.operands, op.uses).reduce(0) { sum, operand in
      let (place, use) = operand
      guard place != .none, use.verb != .scratch else { return sum }
      return sum + use.bytes * (use.verb == .adds ? 2 : 1) * times(place, use, op.kind)
    }
  }

  /// How often an operand of this size is gone through: weights in a segment of tiles once a tile, say.
  private func times(_ operand: Operand, _ use: OperandUse, _ kind: SegmentKind) -> Int {
    if use.isOfImage { return batch }
    switch memory.place(operand) {
    // Its size is in values of an item.
    case (.array, let number): return batch * arrays[number].type.size
    case (.lane, _): return kind == .tiles ? laneVisits : lanes
    default: return kind == .tiles ? (batch + tile - 1) / tile : 1
    }
  }

  /// How often a tile adds to the sums of a lane: a new one begins at each tile and at each lane.
  private var laneVisits: Int {
    Set((0..<lanes).map { batch * $0 / lanes } + stride(from: 0, to: batch, by: tile)).count
  }
}

extension Opcode {
  /// The heading under which ops.def lists it.
  fileprivate var family: PlanProfile.Family {
    switch rawValue {
    case ..<10: .data
    case ..<20: .convolution
    case ..<30: .dense
    case ..<40: .pooling
    case ..<60: .elementwise
    case ..<70: .dropout
    case ..<80: .normalisation
    case ..<100: .loss
    default: .optimiser
    }
  }
}
