import ckernels

/// A plan with the memory it works in: gradients, the optimiser's state, packed weights, working space.
/// The parameters are shared with the other plans of the model. One thread at a time.
public final class Runner {
  /// What is run.
  public let plan: Plan
  /// What it is run on.
  public let parameters: Parameters
  /// Threads of a call; 0: as many as there are.
  public let threads: Int
  let state: Block
  let gradients: Block
  private let shared: Block
  private let arena: Block
  /// Of each of the plan's arrays that is a result.
  private let results: [Block?]
  /// A call of which all is set that stays the same: threads, and where memory and results lie.
  private var call: ck_run

  /// Memory for `plan`, with the state cleared. `instructionSet` is the fastest unless told otherwise;
  /// `ref` is plain C, slow, to look closer at a step that went wrong.
  public init(
    _ plan: Plan, parameters: Parameters, threads: Int = 0, instructionSet: String? = nil
  ) throws {
    guard parameters.block.byteCount == plan.layout.parameterBytes,
      parameters.table.map(\.name) == plan.parameters.map(\.name)
    else {
      throw GraphError(
        "the parameters are those of another model: \(parameters.table.count) arrays")
    }
    let kernels = try Engine.kernels(instructionSet)
    let threads = threads > 0 ? threads : Engine.defaultThreads
    let sizes = try plan.sizes(threads: threads)
    self.plan = plan
    self.parameters = parameters
    self.threads = threads
    state = Block(bytes: sizes.state)
    gradients = Block(bytes: sizes.gradients)
    shared = Block(bytes: sizes.shared)
    arena = Block(bytes: sizes.arena)
    results = plan.arrays.map { array in
      array.isResult ? Block(bytes: plan.batch * array.values * MemoryLayout<Float>.size) : nil
    }
    var call = ck_run_make()
    call.kernels = kernels
    call.phases = Phases.compute.rawValue
    call.threads = Int32(clamping: threads)
    call.parameters = parameters.block.floats.baseAddress
    call.gradients = gradients.floats.baseAddress
    call.state = state.floats.baseAddress
    call.shared = shared.pointer
    call.arena = arena.pointer
    call.arena_bytes = sizes.arena
    for (place, block) in results.enumerated() {
      if let block { call.setArray(place, to: block.pointer, items: plan.batch) }
    }
    self.call = call
  }

  /// The phases of a call.
  public struct Phases: OptionSet, Sendable {
    /// The phases of ck_plan.h.
    public let rawValue: UInt32
    /// The phases of ck_plan.h.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Packs weights: after every change of the parameters.
    public static let prepare = Phases(rawValue: UInt32(CK_PREPARE))
    /// Forward, and backward where the plan trains.
    public static let compute = Phases(rawValue: UInt32(CK_COMPUTE))
    /// The optimiser.
    public static let update = Phases(rawValue: UInt32(CK_UPDATE))
    /// A whole step.
    public static let all: Phases = [.prepare, .compute, .update]
  }

  /// Runs the plan on the images `indices` of the data, at most `plan.batch`. `data` has an array for
  /// each that the plan reads, by name (see `plan.arrays`). Weights must be prepared again after each
  /// change of the parameters. `findFault` looks for NaN and infinity behind each operation, which is slow.
  /// After an error nothing has been written.
  @discardableResult
  public func run(
    _ data: [String: DataArray], indices: [Int64], phases: Phases = .all,
    values: StepValues = StepValues(), findFault: Bool = false
  ) throws -> StepResult {
    try run(data, indices, phases, values, findFault ? UInt32(CK_FIND_FAULT.rawValue) : 0, nil)
  }

  private func run(
    _ data: [String: DataArray], _ indices: [Int64], _ phases: Phases, _ values: StepValues,
    _ flags: UInt32, _ seconds: UnsafeMutablePointer<Double>?
  ) throws -> StepResult {
    var run = call
    run.phases = phases.rawValue
    run.flags = flags
    run.images = Int32(clamping: indices.count)
    run.step = values.plain
    run.seconds = seconds
    if phases.contains(.compute) {
      try checkStatistics(images: indices.count)
      try setArrays(&run, data)
    }
    try indices.withUnsafeBufferPointer { buffer in
      run.indices = buffer.baseAddress
      try Engine.check(ck_plan_run(plan.handle, &run))
    }
    return StepResult(plan, run, images: indices.count)
  }

  /// One number per channel has no variance.
  private func checkStatistics(images: Int) throws {
    if images == 1, let norm = plan.batchStatistics.first(where: { $0.rows == 1 }) {
      throw GraphError(
        "\"\(norm.operation)\": got one number per channel, needs two or more for a variance; "
          + "leave out a last batch of one image, or freeze the layer")
    }
  }

  private func setArrays(_ run: inout ck_run, _ data: [String: DataArray]) throws {
    for (place, array) in plan.arrays.enumerated() where !array.isResult {
      let given = try given(array, in: data)
      run.setArray(place, to: given.pointer, items: given.items)
    }
  }

  private func given(_ array: PlanArray, in data: [String: DataArray]) throws -> DataArray {
    guard let given = data[array.name] else {
      throw GraphError(
        "the plan reads an array \"\(array.name)\", found only \(data.keys.sorted())")
    }
    guard given.type == array.type, given.valuesPerItem == array.values else {
      throw GraphError(
        "array \"\(array.name)\": got \(given.valuesPerItem) \(given.type) per item, needs \(array.values) \(array.type)"
      )
    }
    guard given.items > 0 else { throw GraphError("array \"\(array.name)\": it is empty") }
    return given
  }

  /// The result of the last run with this name, image behind image.
  public func result(_ name: String, images: Int) throws -> [Float] {
    guard let place = plan.arrays.firstIndex(where: { $0.isResult && $0.name == name }) else {
      let known = plan.arrays.filter(\.isResult).map(\.name)
      throw GraphError("the plan has no result \"\(name)\"\(nearest(name, in: known))")
    }
    return Array(result(place, images: images))
  }

  // MARK: Predictions

  /// Predicts for `images` pictures that lie behind one another, read as array number `place` of the plan, which reads
  /// no other. Nothing is looked up, copied or allocated: a small network takes microseconds for a picture.
  func predict(_ pictures: UnsafeRawPointer, images: Int, as place: Int) throws(EngineError) {
    call.images = Int32(clamping: images)
    call.setArray(place, to: pictures, items: images)
    try Engine.check(ck_plan_run(plan.handle, &call))
  }

  /// The result that is array number `place` of the plan, of the last run; until the next.
  func result(_ place: Int, images: Int) -> UnsafeBufferPointer<Float> {
    guard let block = results[place] else { preconditionFailure("array \(place) is no result") }
    let count = min(images, plan.batch) * plan.arrays[place].values
    return UnsafeBufferPointer(rebasing: block.floats[..<count])
  }

  // MARK: Gradients and state

  /// The gradient of a parameter after the last run of `.compute`, in PyTorch's layout.
  public func gradient(of name: String) throws -> [Float] {
    let info = try parameters.info(name)
    guard gradients.byteCount >= plan.layout.parameterBytes else {
      throw GraphError("the plan keeps no gradients: it does not train")
    }
    return load(info, from: gradients.floats)
  }

  /// What the optimiser keeps of a parameter, in PyTorch's layout.
  public func state(_ slot: StateSlot) throws -> [Float] {
    load(try place(slot), from: state.floats)
  }

  /// Sets what the optimiser keeps of a parameter.
  public func setState(_ slot: StateSlot, to values: [Float]) throws {
    let info = try place(slot)
    guard values.count == info.count else {
      throw GraphError(
        "state of \"\(slot.parameter)\": got \(values.count) values, needs \(info.count)")
    }
    values.withUnsafeBufferPointer { store($0, info, in: state.floats) }
  }

  private func place(_ slot: StateSlot) throws -> ParameterInfo {
    guard plan.stateSlots.contains(slot) else {
      throw GraphError("the optimiser keeps no \(slot.kind.rawValue) of \"\(slot.parameter)\"")
    }
    var info = try parameters.info(slot.parameter)
    info.offset = slot.offset
    return info
  }

  /// The whole state, padding and all: exact copies for a resume with the same plan.
  public func withState<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
    try body(state.floats)
  }

  /// Copies the moving average into a block of its own. What is given, not trained, stays as it is there.
  func copyAverage(to other: Parameters) throws {
    guard let slot = plan.stateSlots.first(where: { $0.kind == .average }) else {
      throw GraphError("the plan keeps no average; ask for it with keepsAverage")
    }
    let base = slot.offset - (try parameters.info(slot.parameter)).offset
    for info in parameters.table where info.kind != .constant {
      let bytes = info.layout.storedCount * 4
      (other.block.pointer + info.offset).copyMemory(
        from: state.pointer + base + info.offset, byteCount: bytes)
    }
  }

  /// All gradients, laid out like the parameters: to change them between `.compute` and `.update`.
  public func withGradients<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    try body(gradients.floats)
  }

  // MARK: Times

  /// Seconds that each operation took in one call, over all threads, in the plan's order.
  public func times(
    _ data: [String: DataArray], indices: [Int64], phases: Phases = .all,
    values: StepValues = StepValues()
  ) throws -> [(operation: String, seconds: Double)] {
    let count = plan.layout.ops.count
    var seconds = noTimes
    try run(data, indices: indices, phases: phases, values: values, addingTimesTo: &seconds)
    return plan.operations.enumerated().map { i, name in
      (name, (0..<threads).reduce(0) { $0 + seconds[$1 * count + i] })
    }
  }

  /// A zero for each thread and operation.
  var noTimes: [Double] { Array(repeating: 0, count: plan.layout.ops.count * threads) }

  /// Runs the plan, and adds to `seconds`, thread behind thread, what each of its operations took there.
  func run(
    _ data: [String: DataArray], indices: [Int64], phases: Phases, values: StepValues,
    addingTimesTo seconds: inout [Double]
  ) throws {
    precondition(seconds.count == plan.layout.ops.count * threads)
    _ = try seconds.withUnsafeMutableBufferPointer {
      try run(data, indices, phases, values, 0, $0.baseAddress)
    }
  }
}

extension ck_run {
  fileprivate mutating func setArray(_ place: Int, to pointer: UnsafeRawPointer, items: Int) {
    withUnsafeMutableBytes(of: &arrays) { raw in
      raw.bindMemory(to: ck_given.self)[place] = ck_given(
        data: UnsafeMutableRawPointer(mutating: pointer), items: Int64(items))
    }
  }
}
