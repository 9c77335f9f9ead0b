/// One rise and one fall of the rate, momentum the other way round (Smith and Topin 2018). The optimiser's
/// rate is the peak. Defaults as in `torch.optim.lr_scheduler.OneCycleLR`.
public struct OneCycle: Sendable, Equatable, Codable {
  /// Steps in all.
  public var steps: Int
  /// The part of the steps that rises.
  public var rise = 0.3
  /// The first rate is the peak divided by this.
  public var startDivisor = 25.0
  /// The last rate is the first divided by this.
  public var endDivisor = 1e4
  /// Straight lines instead of half cosines.
  public var isLinear = false
  /// Whether the momentum moves as well.
  public var cyclesMomentum = true
  /// The momentum when the rate is highest.
  public var lowMomentum = 0.85
  /// The momentum at both ends.
  public var highMomentum = 0.95

  /// A cycle of so many steps.
  public init(steps: Int, rise: Double = 0.3) {
    self.steps = steps
    self.rise = rise
  }

  /// The factor of the peak rate at a step.
  public func factor(at step: Int) -> Double {
    let start = 1 / startDivisor
    return value(at: step, start, 1, start / endDivisor)
  }

  /// The momentum at a step.
  public func momentum(at step: Int) -> Double? {
    cyclesMomentum ? value(at: step, highMomentum, lowMomentum, highMomentum) : nil
  }

  private func value(at step: Int, _ start: Double, _ middle: Double, _ end: Double) -> Double {
    let top = rise * Double(steps) - 1
    let last = Double(steps - 1)
    let place = min(Double(step), last)
    if place <= top { return blend(start, middle, top > 0 ? place / top : 1) }
    return blend(middle, end, (place - top) / (last - top))
  }

  private func blend(_ a: Double, _ b: Double, _ part: Double) -> Double {
    isLinear ? (b - a) * part + a : b + (a - b) / 2 * (StableMath.cosinePi(part) + 1)
  }

  func validate() throws(TrainingError) {
    try TrainingError.expect(steps > 1, "a cycle needs at least 2 steps, not \(steps)")
    try TrainingError.expect(rise > 0 && rise < 1, "the rise is a part of 1, not \(rise)")
    try TrainingError.expect(
      startDivisor > 0 && endDivisor > 0, "the divisors of a cycle must be positive")
  }
}
