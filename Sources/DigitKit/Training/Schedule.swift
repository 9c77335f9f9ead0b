/// How the learning rate changes: a value that gives, for each step, the factor of the optimiser's rate.
/// Steps count from 0 and are updates or epochs, as the trainer is told (`SchedulePace`). PyTorch's
/// schedulers of like names give the same rates.
public indirect enum Schedule: Sendable, Equatable, Codable {
  /// Always the same.
  case constant
  /// Times `factor` after every `every` steps. `StepLR`
  case step(every: Int, factor: Double = 0.1)
  /// Times `factor` at each of these steps. `MultiStepLR`
  case milestones([Int], factor: Double = 0.1)
  /// Times `factor` after each step. `ExponentialLR`
  case exponential(factor: Double)
  /// Half a cosine from 1 to `end` over `steps`, and then `end`. `CosineAnnealingLR`
  case cosine(steps: Int, end: Double = 0)
  /// `(1 - step / steps)^power`, and then 0. `PolynomialLR`
  case polynomial(steps: Int, power: Double = 1)
  /// A straight line from `start` to `end` over `steps`, and then `end`. `LinearLR`
  case linear(steps: Int, start: Double, end: Double)
  /// Up to the optimiser's rate and down to almost nothing. `OneCycleLR`
  case oneCycle(OneCycle)
  /// A straight line from `start` to 1 over `steps`, and then another schedule from its beginning.
  /// `SequentialLR` of `LinearLR` and the other
  case warmUp(steps: Int, start: Double = 1.0 / 3, then: Schedule)

  /// The factor of the rate at a step.
  public func factor(at step: Int) -> Double {
    switch self {
    case .constant: return 1
    case .step(let every, let factor): return StableMath.power(factor, step / max(1, every))
    case .milestones(let milestones, let factor):
      return StableMath.power(factor, milestones.count { $0 <= step })
    case .exponential(let factor): return StableMath.power(factor, step)
    case .cosine(let steps, let end):
      return end + (1 - end) * (1 + StableMath.cosinePi(Schedule.progress(step, steps))) / 2
    case .polynomial(let steps, let power):
      return StableMath.power(1 - Schedule.progress(step, steps), power)
    case .linear(let steps, let start, let end):
      return start + (end - start) * Schedule.progress(step, steps)
    case .oneCycle(let cycle): return cycle.factor(at: step)
    case .warmUp(let steps, let start, let then):
      if step < steps { return start + (1 - start) * Schedule.progress(step, steps) }
      return then.factor(at: step - steps)
    }
  }

  /// The momentum (Adam: beta1) at a step; nil where the optimiser's own holds.
  public func momentum(at step: Int) -> Double? {
    switch self {
    case .oneCycle(let cycle): cycle.momentum(at: step)
    case .warmUp(let steps, _, let then) where step >= steps: then.momentum(at: step - steps)
    default: nil
    }
  }

  /// One clear line if a value makes no sense.
  public func validate() throws(TrainingError) {
    switch self {
    case .constant: break
    case .step(let steps, let factor):
      try Schedule.check(steps, factor)
    case .milestones(let milestones, let factor):
      try Schedule.check(1, factor)
      try TrainingError.expect(milestones.allSatisfy { $0 >= 0 }, "milestones count from 0")
    case .exponential(let factor): try Schedule.check(1, factor)
    case .cosine(let steps, let end): try Schedule.check(steps, end)
    case .polynomial(let steps, let power): try Schedule.check(steps, power)
    case .linear(let steps, let start, let end):
      try Schedule.check(steps, start)
      try Schedule.check(steps, end)
    case .oneCycle(let cycle): try cycle.validate()
    case .warmUp(let steps, let start, let then):
      try Schedule.check(steps, start)
      try then.validate()
    }
  }

  private static func check(_ steps: Int, _ factor: Double) throws(TrainingError) {
    try TrainingError.expect(steps > 0, "a schedule needs at least 1 step, not \(steps)")
    try TrainingError.expect(
      factor.isFinite && factor >= 0, "a schedule's factors are 0 or more, not \(factor)")
  }

  private static func progress(_ step: Int, _ steps: Int) -> Double {
    Double(min(max(step, 0), steps)) / Double(max(1, steps))
  }
}

/// What a schedule's steps are.
public enum SchedulePace: String, Sendable, Codable {
  /// It moves with every update of the weights.
  case update
  /// It moves once an epoch.
  case epoch
}
