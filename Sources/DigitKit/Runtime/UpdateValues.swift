/// What an optimiser tells the C core for one group of parameters and one update. Field by field a
/// `ck_update`; see `kernels.def` for the formulas. Computed in double, rounded once, here.
public struct UpdateValues: Sendable, Equatable {
  /// The learning rate.
  public var rate: Float = 0
  /// Weight decay.
  public var weightDecay: Float = 0
  /// Of SGD, RMSprop and Muon.
  public var momentum: Float = 0
  /// Of SGD: how much of a gradient does not enter the momentum.
  public var dampening: Float = 0
  /// Adam's memory of gradients.
  public var beta1: Float = 0
  /// Memory of squared gradients.
  public var beta2: Float = 0
  /// Keeps divisors from zero.
  public var epsilon: Float = 0
  /// `1 / (1 - beta1^t)`
  public var correction1: Float = 1
  /// `1 / (1 - beta2^t)`
  public var correction2: Float = 1
  /// Multiplies gradients first.
  public var gradientScale: Float = 1
  /// If positive, gradients are cut to this size, element by element.
  public var clipValue: Float = 0
  /// Look ahead along the momentum.
  public var nesterov = false
  /// Decay shrinks weights directly rather than entering the gradient.
  public var decoupled = false

  /// Values that change nothing.
  public init() {}
}
