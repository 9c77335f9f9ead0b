/// Ends a run that no longer gets better. Saved in checkpoints.
public struct EarlyStopping: Sendable, Equatable, Codable {
  /// What an observation means for the run.
  public enum Verdict: Sendable, Equatable {
    /// The best so far: worth keeping.
    case improved
    /// Not better; so many more may follow.
    case waiting(left: Int)
    /// The run should end.
    case stop
  }

  /// Observations without progress that are borne.
  public var patience: Int
  /// Progress is better by more than this.
  public var margin: Double
  /// Which way is better.
  public var goal: Goal
  /// Whether the best weights come back at the end.
  public var restoresBest: Bool

  /// The best value so far, and the epoch it came from.
  public private(set) var best: Double?
  /// See `best`.
  public private(set) var bestEpoch: Int?
  private var waited = 0
  /// Whether the patience is used up.
  public var isOver: Bool { waited > patience }

  /// Watches a value.
  public init(
    patience: Int = 5, margin: Double = 0, goal: Goal = .lower, restoresBest: Bool = true
  ) {
    self.patience = patience
    self.margin = margin
    self.goal = goal
    self.restoresBest = restoresBest
  }

  /// Takes the value after an epoch. NaN and infinity are never progress.
  public mutating func observe(_ value: Double, epoch: Int) -> Verdict {
    let isFirst = best == nil && value.isFinite
    if isFirst || best.map({ goal.isBetter(value, than: $0, by: margin) }) == true {
      best = value
      bestEpoch = epoch
      waited = 0
      return .improved
    }
    waited += 1
    return isOver ? .stop : .waiting(left: patience - waited)
  }
}
