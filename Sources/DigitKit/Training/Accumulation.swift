/// Several small batches that make one update: their mean gradient is that of a large batch.
public struct Accumulation: Sendable, Equatable, Codable {
  /// One batch of an update.
  public struct MicroStep: Sendable, Equatable {
    /// Its batch, counted from the start of the epoch.
    public var batch: Int
    /// Its number within the update (`ck_step.micro_step`).
    public var number: Int
    /// Times all gradients (`ck_step.loss_scale`).
    public var lossScale: Float
    /// Added to the gradients that are there (`ck_step.accumulate`).
    public var accumulates: Bool
    /// Whether the weights are updated after it.
    public var updates: Bool
  }

  /// Batches of an update.
  public var batches: Int

  /// One batch, one update, unless told otherwise.
  public init(batches: Int = 1) { self.batches = max(1, min(batches, 4096)) }

  /// How many updates an epoch has.
  public func updates(batchesInEpoch: Int) -> Int { (batchesInEpoch + batches - 1) / batches }

  /// The micro-steps of one update of an epoch. The last update may have fewer, scaled by as many as there are:
  /// no gradient crosses the end of an epoch.
  public func microSteps(update: Int, batchesInEpoch: Int) -> [MicroStep] {
    let first = update * batches
    let count = max(0, min(batches, batchesInEpoch - first))
    return (0..<count).map { number in
      MicroStep(
        batch: first + number, number: number, lossScale: 1 / Float(count),
        accumulates: number > 0, updates: number == count - 1)
    }
  }
}
