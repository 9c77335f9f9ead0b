/// When a run has done enough: whichever comes first.
public struct Budget: Sendable, Equatable, Codable {
  /// Passes over the data.
  public var epochs: Int?
  /// Updates of the weights.
  public var updates: Int?
  /// Seconds of training, over all resumes.
  public var seconds: Double?
  /// Validation accuracy, 0 to 1.
  public var accuracy: Double?

  /// A budget; at least one limit should be given.
  public init(
    epochs: Int? = nil, updates: Int? = nil, seconds: Double? = nil, accuracy: Double? = nil
  ) {
    self.epochs = epochs
    self.updates = updates
    self.seconds = seconds
    self.accuracy = accuracy
  }

  /// Why the run should end now, or nil.
  public func spent(
    _ progress: TrainingProgress, seconds now: Double, accuracy reached: Double? = nil
  ) -> StopReason? {
    if let accuracy, let reached, reached >= accuracy { return .accuracy(reached) }
    if let epochs, progress.epoch >= epochs { return .epochs }
    if let updates, progress.update >= updates { return .updates }
    if let seconds, now >= seconds { return .time }
    return nil
  }

  /// One clear line if a value makes no sense, or if the run would never end.
  public func validate() throws(TrainingError) {
    try TrainingError.expect(
      epochs != nil || updates != nil || seconds != nil,
      "a run needs an end: epochs, updates or seconds")
    try TrainingError.expect(
      epochs ?? 1 > 0 && updates ?? 1 > 0 && seconds ?? 1 > 0,
      "a budget's epochs, updates and seconds are more than 0")
    try TrainingError.expect(
      accuracy.map { $0 > 0 && $0 <= 1 } ?? true, "an accuracy is above 0 and at most 1")
  }
}

/// How far a run is: with the seed, all that its random numbers and orders depend on.
public struct TrainingProgress: Sendable, Equatable, Codable {
  /// The seed of the run.
  public var seed: UInt64
  /// Epochs finished; the number of the one under way, from 0.
  public var epoch = 0
  /// Updates done, in all.
  public var update = 0
  /// Updates done in this epoch: where a resume goes on.
  public var updateInEpoch = 0
  /// Seconds of training, over all resumes.
  public var seconds = 0.0

  /// The beginning.
  public init(seed: UInt64) { self.seed = seed }

  /// Whether a run can be this far: a file may say anything.
  var isPossible: Bool {
    let counters = [epoch, update, updateInEpoch]
    return counters.allSatisfy { (0..<1 << 40).contains($0) } && seconds >= 0
  }

  /// Counts one update.
  public mutating func finishUpdate() {
    update += 1
    updateInEpoch += 1
  }

  /// Counts one epoch.
  public mutating func finishEpoch() {
    epoch += 1
    updateInEpoch = 0
  }
}

/// Why a run ended.
public enum StopReason: Sendable, Equatable {
  /// All epochs are done.
  case epochs
  /// All updates are done.
  case updates
  /// The time is over.
  case time
  /// The accuracy was reached.
  case accuracy(Double)
  /// It no longer got better.
  case noProgress
  /// A callback asked for it.
  case callback
  /// It was cancelled: Ctrl-C.
  case cancelled
}
