/// An average of the weights along the way, often better than the last ones. A function of the update
/// number alone, so that a resume needs no state but the average itself.
public enum WeightAverage: Sendable, Equatable, Codable {
  /// Exponential moving average. With `warmsUp`, the first updates count for more:
  /// decay is at most `(1 + n) / (10 + n)`, so that it never reaches back much further than a ninth of the run so far.
  case exponential(decay: Double = 0.999, warmsUp: Bool = false)
  /// Stochastic weight averaging: the plain mean of the weights after update `start` and every `every`
  /// updates from there.
  case stochastic(start: Int, every: Int)

  /// What `average_update` takes after update number `update`, counted from 1: the average becomes
  /// `decay * average + (1 - decay) * weights`. 1 leaves it alone, 0 copies the weights.
  public func decay(update: Int) -> Double {
    switch self {
    case .exponential(let decay, let warmsUp):
      if update <= 1 { return 0 }
      let n = Double(update - 1)
      return warmsUp ? min(decay, (1 + n) / (10 + n)) : decay
    case .stochastic(let start, let every):
      // Before the start it follows the weights, so that it is of use whenever a run ends.
      if update <= start { return 0 }
      guard (update - start) % max(1, every) == 0 else { return 1 }
      let before = Double((update - start) / max(1, every))
      return before / (before + 1)
    }
  }

  /// Whether batch-norm statistics must be taken anew for the averaged weights, by a pass over the data.
  public var needsStatistics: Bool { if case .stochastic = self { true } else { false } }

  /// One clear line if a value makes no sense.
  public func validate() throws(TrainingError) {
    switch self {
    case .exponential(let decay, _):
      try TrainingError.expect(
        decay >= 0 && decay < 1, "the decay of an average is from 0 to below 1, not \(decay)")
    case .stochastic(let start, let every):
      try TrainingError.expect(
        start >= 1 && every >= 1, "averaging starts at update 1 or later, every 1 or more updates")
    }
  }
}
