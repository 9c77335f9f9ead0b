import ckernels

/// The bytes of a plan, as docs/plan.md describes them.
struct PlanEncoder {
  private(set) var bytes: [UInt8] = []

  init(_ layout: PlanLayout) {
    let ops = layout.ops.map { Self.op($0.op, layout.memory) }
    let segments = layout.segments.map {
      ck_segment(
        first: UInt32($0.first), count: UInt32($0.count), kind: $0.kind.rawValue,
        phase: Self.phase($0.stage))
    }
    let arrays = layout.arrays.map(Self.array)
    let parameters = layout.parameters.map(Self.parameter)
    var header = Self.header(layout)
    header.bytes = UInt32(
      clamping: MemoryLayout<ck_plan_header>.size + Self.size(segments) + Self.size(ops)
        + Self.size(arrays) + Self.size(parameters))
    bytes.reserveCapacity(Int(header.bytes))
    append([header])
    append(segments)
    append(ops)
    append(arrays)
    append(parameters)
  }

  private static func size<T>(_ list: [T]) -> Int { list.count * MemoryLayout<T>.stride }

  private mutating func append<T>(_ list: [T]) {
    list.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  private static func phase(_ stage: Stage) -> UInt32 {
    switch stage {
    case .prepare: UInt32(CK_PREPARE)
    case .compute: UInt32(CK_COMPUTE)
    case .update: UInt32(CK_UPDATE)
    }
  }

  private static func header(_ layout: PlanLayout) -> ck_plan_header {
    var header = ck_plan_header()
    write("CKPLAN\r\n", to: &header.magic, zero: false)
    header.major = 1
    header.segments = UInt32(layout.segments.count)
    header.ops = UInt32(layout.ops.count)
    header.arrays = UInt32(layout.arrays.count)
    header.parameters = UInt32(layout.parameters.count)
    header.reports = UInt32(layout.reports.count)
    header.groups = UInt32(layout.groups)
    header.batch = Int32(layout.batch)
    header.lanes = Int32(layout.lanes)
    header.tile = Int32(layout.tile)
    header.parameter_bytes = UInt64(layout.parameterBytes)
    header.state_bytes = UInt64(layout.stateBytes)
    header.shared_bytes = UInt64(layout.memory.sharedBytes)
    header.lane_bytes = UInt64(layout.memory.laneBytes)
    header.batch_bytes = UInt64(layout.memory.batchBytes)
    header.tile_bytes = UInt64(layout.memory.tileBytes)
    return header
  }

  private static func op(_ draft: DraftOp, _ memory: MemoryPlan) -> ck_op {
    var op = ck_op()
    op.code = draft.code.rawValue
    op.layer = draft.layer
    op.group = draft.group
    op.option = draft.option
    withUnsafeMutableBytes(of: &op.value) { raw in
      let values = raw.bindMemory(to: Float.self)
      for (i, value) in draft.values.prefix(values.count).enumerated() { values[i] = value }
    }
    draft.shape.write(to: &op)
    write(draft.name, to: &op.name)
    withUnsafeMutableBytes(of: &op.at) { raw in
      let at = raw.bindMemory(to: UInt64.self)
      for (i, operand) in draft.operands.enumerated() where i < at.count {
        let place = memory.place(operand)
        at[i] = place.space == .nowhere ? 0 : place.space.at(place.offset)
      }
    }
    return op
  }

  private static func array(_ array: PlanArray) -> ck_array {
    var result = ck_array()
    result.type = array.type.rawValue
    result.result = array.isResult ? 1 : 0
    result.values = Int64(array.values)
    write(array.name, to: &result.name)
    return result
  }

  private static func parameter(_ info: ParameterInfo) -> ck_parameter {
    var result = ck_parameter()
    write(info.name, to: &result.name)
    result.offset = UInt64(info.offset)
    result.outer = Int32(info.layout.outer)
    result.inputs = Int32(info.layout.inputs)
    result.inputs_stored = Int32(info.layout.storedInputs)
    result.outputs = Int32(info.layout.outputs)
    result.outputs_stored = Int32(info.layout.storedOutputs)
    result.kind =
      switch info.kind {
      case .weight: CK_WEIGHT.rawValue
      case .statistic: CK_STATISTIC.rawValue
      case .constant: CK_CONSTANT.rawValue
      }
    return result
  }

  /// Text into a field of characters, shortened to fit with its zero byte.
  private static func write<Field>(_ text: String, to field: inout Field, zero: Bool = true) {
    withUnsafeMutableBytes(of: &field) { raw in
      for (i, byte) in text.utf8.prefix(raw.count - (zero ? 1 : 0)).enumerated() { raw[i] = byte }
    }
  }
}
