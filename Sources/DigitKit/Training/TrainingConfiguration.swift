/// All that decides how a network is trained, apart from the network and the data: a value, written to a
/// run's `config.json`. The same configuration, seed and data give the same bits.
public struct TrainingConfiguration: Sendable, Equatable, Codable {
  /// Decides initial weights, orders, dropout and augmentation.
  public var seed: UInt64 = 1
  /// Pictures of a batch.
  public var batchSize = 64
  /// When to end.
  public var budget = Budget(epochs: 10)
  /// How gradients become new weights.
  public var optimiser = Optimiser.adam()
  /// How the rate changes.
  public var schedule = Schedule.constant
  /// What the schedule's steps are.
  public var pace = SchedulePace.update
  /// Lowers the rate when validation stops getting better, on top of the schedule.
  public var plateau: Plateau?
  /// Exceptions for some parameters.
  public var rules: [ParameterRule] = []
  /// Whether weight decay applies to biases and norms, as in PyTorch.
  public var decaysBiases = true
  /// Penalties on the sizes of weights.
  public var penalties: [L1Penalty] = []
  /// Limits for gradients.
  public var clipping = Clipping.none
  /// Several batches to an update.
  public var accumulation = Accumulation()
  /// How pictures are changed before the network sees them.
  public var augmentation: Augmentation?
  /// An average of the weights, which `best` and validation then use.
  public var average: WeightAverage?
  /// Which pictures an epoch takes, and how often.
  public var sampling = Sampling.shuffled
  /// Whether an epoch's last batch is left out if it is not full.
  public var dropsLast = false
  /// Ends a run that no longer gets better.
  public var earlyStopping: EarlyStopping?
  /// When the last state is saved.
  public var checkpoints = CheckpointPolicy()

  /// Ten epochs of Adam, batches of 64.
  public init() {}

  /// One clear line about the first value that makes no sense.
  public func validate() throws(TrainingError) {
    try TrainingError.expect(
      batchSize >= 1, "a batch has at least 1 picture, not \(batchSize)")
    try budget.validate()
    try optimiser.validate()
    try schedule.validate()
    try clipping.validate()
    try average?.validate()
    do { try augmentation?.validate() } catch { throw TrainingError(error.message) }
    if let stopping = earlyStopping {
      try TrainingError.expect(
        stopping.patience >= 0, "patience is 0 or more, not \(stopping.patience)")
    }
    for rule in rules {
      try TrainingError.expect(
        rule.rateFactor.isFinite && rule.rateFactor >= 0 && rule.weightDecay ?? 0 >= 0,
        "the rate and decay of \"\(rule.pattern)\" must be 0 or more")
    }
  }

  /// Whether updates must be a phase of their own, because something stands between gradients and weights.
  public var separatesUpdates: Bool {
    clipping.norm != nil || accumulation.batches > 1 || !penalties.isEmpty
      || optimiser.rule == .muon
  }

  /// The batches of an epoch.
  public func batches(
    of indices: [Int], labels: [Int32], epoch: Int
  ) throws(DataError) -> Batches {
    try sampling.batches(
      of: indices, labels: labels, size: batchSize, seed: seed, epoch: epoch,
      dropsLast: dropsLast)
  }

  /// The values of each group for the next update of a run that is this far.
  public func values(of groups: ParameterGroups, in state: TrainingState) -> [UpdateValues] {
    let place = pace == .update ? state.progress.update : state.progress.epoch
    return groups.values(
      step: state.progress.update + 1,
      scheduleFactor: schedule.factor(at: place) * (state.plateau?.current ?? 1),
      momentum: schedule.momentum(at: place), clipping: clipping)
  }

  /// The same with all else that the next update's step depends on.
  func stepValues(of groups: ParameterGroups, in state: TrainingState) -> StepValues {
    var step = StepValues()
    step.seed = seed
    step.epoch = UInt32(truncatingIfNeeded: state.progress.epoch)
    step.update = UInt32(truncatingIfNeeded: state.progress.update)
    step.clipNorm = Float(clipping.norm ?? 0)
    step.groups = values(of: groups, in: state)
    if let average {
      step.averageDecay = Float(average.decay(update: state.progress.update + 1))
    }
    return step
  }
}
