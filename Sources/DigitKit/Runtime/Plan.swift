import ckernels

/// A network made ready to run, for one purpose: a flat list of operations, checked whole. It never
/// changes; any number of runners on any threads may use it at once.
public final class Plan: @unchecked Sendable {
  /// What it was made for.
  public let purpose: Purpose
  /// Images of a call, at most.
  public let batch: Int
  /// Its bytes, as docs/plan.md describes them: what a model image holds.
  public let bytes: [UInt8]
  /// The arrays that each call takes and gives.
  public let arrays: [PlanArray]
  /// The parameters it works on, as all plans of its model.
  public let parameters: [ParameterInfo]
  /// What its optimiser keeps.
  public let stateSlots: [StateSlot]
  /// How many groups of rates its updates have.
  public let groupCount: Int
  let reports: [PlanReport]
  let layout: PlanLayout
  /// Batch normalisations that take statistics of the batch: rows per image, and the layer.
  let batchStatistics: [(rows: Int, operation: String)]
  let handle: OpaquePointer

  init(_ layout: PlanLayout, purpose: Purpose) throws {
    let bytes = PlanEncoder(layout).bytes
    var handle: OpaquePointer?
    try Engine.check(ck_plan_create(&handle, bytes, bytes.count))
    guard let handle else { throw EngineError(message: "the plan could not be created") }
    self.handle = handle
    self.bytes = bytes
    self.purpose = purpose
    self.layout = layout
    batch = layout.batch
    arrays = layout.arrays
    parameters = layout.parameters
    stateSlots = layout.stateSlots
    groupCount = layout.groups
    reports = layout.reports
    batchStatistics = layout.ops.compactMap { entry in
      guard entry.op.code == .batchNormStatistics, case .rows(let s) = entry.op.shape else {
        return nil
      }
      return (Int(s.rows), entry.op.name)
    }
  }

  deinit { ck_plan_destroy(handle) }

  /// Bytes of memory.
  public struct Sizes: Sendable, Equatable {
    /// Of the parameters.
    public var parameters: Int
    /// Of their gradients.
    public var gradients: Int
    /// Of the optimiser's state.
    public var state: Int
    /// Kept between calls: packed weights.
    public var shared: Int
    /// Working space.
    public var arena: Int
    /// Of the plan itself.
    public var plan: Int
    /// All of them.
    public var total: Int { parameters + gradients + state + shared + arena + plan }
  }

  /// The memory that runs on up to `threads` threads take; 0: as many as there are.
  public func sizes(threads: Int = 0) throws -> Sizes {
    var sizes = ck_plan_sizes()
    try Engine.check(ck_plan_sizes_get(handle, Int32(clamping: threads), &sizes))
    return Sizes(
      parameters: sizes.parameters, gradients: sizes.gradients, state: sizes.state,
      shared: sizes.shared, arena: sizes.arena, plan: sizes.plan)
  }

  /// The threads that a call takes for so many images, of `threads` that it may have: no more than there is work for.
  func threads(_ phases: Runner.Phases, images: Int, of threads: Int) -> Int {
    guard Engine.hasOpenMP else { return 1 }
    return Int(
      ck_plan_threads(
        handle, phases.rawValue, Int32(clamping: images), Int32(clamping: threads)))
  }

  /// The names of its operations, in their order.
  public var operations: [String] { layout.ops.map { $0.op.name } }
}
