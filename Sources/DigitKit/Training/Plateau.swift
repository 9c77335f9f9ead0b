/// Lowers the rate when a value stops getting better. Defaults as in
/// `torch.optim.lr_scheduler.ReduceLROnPlateau`; saved in checkpoints.
public struct Plateau: Sendable, Equatable, Codable {
  /// What the rate is multiplied by.
  public var factor: Double
  /// Observations without progress that are borne.
  public var patience: Int
  /// Progress is more than this part of the best value.
  public var threshold: Double
  /// Observations that are ignored after a reduction.
  public var cooldown: Int
  /// The rate's factor never falls below this.
  public var lowest: Double
  /// Which way is better.
  public var goal: Goal

  /// What the rate is multiplied by now.
  public private(set) var current = 1.0
  private var best: Double?
  private var bad = 0
  private var cooling = 0

  /// Watches a value.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
    lowest: Double = 0, goal: Goal = .lower
  ) {
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.lowest = lowest
    self.goal = goal
  }

  /// Takes the value after an epoch; true if the rate was lowered.
  @discardableResult public mutating func observe(_ value: Double) -> Bool {
    if isProgress(value) {
      best = value
      bad = 0
    } else {
      bad += 1
    }
    if cooling > 0 {
      cooling -= 1
      bad = 0
    }
    guard bad > patience else { return false }
    cooling = cooldown
    bad = 0
    let next = max(current * factor, lowest)
    defer { current = next }
    return next < current
  }

  private func isProgress(_ value: Double) -> Bool {
    guard let best else { return value.isFinite }
    switch goal {
    case .lower: return value < best * (1 - threshold)
    case .higher: return value > best * (1 + threshold)
    }
  }
}

/// Which way a value gets better.
public enum Goal: String, Sendable, Codable {
  /// Losses.
  case lower
  /// Accuracies.
  case higher

  /// Whether `value` is better than `other` by more than `margin`. NaN is never better.
  public func isBetter(_ value: Double, than other: Double, by margin: Double = 0) -> Bool {
    switch self {
    case .lower: value < other - margin
    case .higher: value > other + margin
    }
  }
}
