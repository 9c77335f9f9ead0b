/// How gradients become new weights: a value, saved with a run's configuration.
public enum Optimiser: Sendable, Equatable, Codable {
  /// Plain, momentum, Nesterov.
  case sgd(SGD)
  /// Adam and AdamW.
  case adam(Adam)
  /// Adagrad.
  case adagrad(Adagrad)
  /// RMSprop.
  case rmsprop(RMSprop)
  /// Muon, with AdamW for what is not a hidden matrix.
  case muon(Muon)

  /// Plain stochastic gradient descent.
  public static func sgd(rate: Double) -> Optimiser { .sgd(SGD(rate: rate)) }

  /// Adam; defaults as in `torch.optim.Adam`.
  public static func adam(rate: Double = 1e-3) -> Optimiser { .adam(Adam(rate: rate)) }

  /// Stochastic gradient descent with momentum.
  public static func momentum(rate: Double = 1e-3, _ momentum: Double = 0.9) -> Optimiser {
    .sgd(SGD(rate: rate, momentum: momentum))
  }

  /// Momentum that looks ahead.
  public static func nesterov(rate: Double = 1e-3, _ momentum: Double = 0.9) -> Optimiser {
    .sgd(SGD(rate: rate, momentum: momentum, nesterov: true))
  }

  /// Adam with decoupled decay; defaults as in `torch.optim.AdamW`.
  public static func adamW(rate: Double = 1e-3, weightDecay: Double = 1e-2) -> Optimiser {
    .adam(Adam(rate: rate, weightDecay: weightDecay, decoupled: true))
  }

  /// The kernel for most parameters, or for Muon's hidden matrices.
  public var rule: UpdateRule {
    switch self {
    case .sgd(let o): .sgd(momentum: o.momentum != 0)
    case .adam: .adam
    case .adagrad: .adagrad
    case .rmsprop(let o): .rmsprop(momentum: o.momentum != 0)
    case .muon: .muon
    }
  }

  /// What updates parameters that Muon is not for; nil where one rule serves all.
  public var rest: Optimiser? {
    if case .muon(let muon) = self { .adam(muon.rest) } else { nil }
  }

  /// The learning rate that a schedule's factors multiply.
  public var rate: Double {
    switch self {
    case .sgd(let o): o.rate
    case .adam(let o): o.rate
    case .adagrad(let o): o.rate
    case .rmsprop(let o): o.rate
    case .muon(let o): o.rate
    }
  }

  /// Weight decay, coupled or not.
  public var weightDecay: Double {
    switch self {
    case .sgd(let o): o.weightDecay
    case .adam(let o): o.weightDecay
    case .adagrad(let o): o.weightDecay
    case .rmsprop(let o): o.weightDecay
    case .muon(let o): o.weightDecay
    }
  }

  /// Whether the update kernels of this optimiser keep a momentum.
  public var hasMomentum: Bool {
    switch rule {
    case .sgd(let momentum), .rmsprop(let momentum): momentum
    case .muon: true
    case .adam, .adagrad: false
    }
  }

  /// The values of update number `step`, counted from 1. `rateFactor` is what schedule and group make of
  /// the rate, `momentum` what a one-cycle schedule makes of the momentum (or of Adam's beta1).
  public func values(
    step: Int, rateFactor: Double = 1, weightDecay: Double? = nil, momentum: Double? = nil
  ) -> UpdateValues {
    var values: UpdateValues
    var factor = rateFactor
    switch self {
    case .sgd(let o): values = o.values(step)
    case .adam(var o):
      // PyTorch corrects by the momentary beta1 as well.
      o.beta1 = momentum ?? o.beta1
      values = o.values(step)
    case .adagrad(let o):
      values = o.values(step)
      factor /= 1 + Double(step - 1) * o.rateDecay
    case .rmsprop(let o): values = o.values(step)
    case .muon(let o): values = o.values(step)
    }
    if let momentum, hasMomentum { values.momentum = Float(momentum) }
    values.rate = Float(rate * factor)
    values.weightDecay = Float(weightDecay ?? self.weightDecay)
    return values
  }

  /// One clear line if a value makes no sense.
  public func validate() throws(TrainingError) {
    try TrainingError.expect(rate.isFinite && rate >= 0, "the rate must be 0 or more, not \(rate)")
    try TrainingError.expect(
      weightDecay.isFinite && weightDecay >= 0,
      "the weight decay must be 0 or more, not \(weightDecay)")
    for (name, value) in fractions {
      try TrainingError.expect(
        value >= 0 && value < 1, "\(name) must be at least 0 and below 1, not \(value)")
    }
    if case .sgd(let o) = self, o.nesterov {
      try TrainingError.expect(
        o.momentum > 0 && o.dampening == 0, "Nesterov needs a momentum and no dampening")
    }
    if let rest { try rest.validate() }
  }

  private var fractions: [(String, Double)] {
    switch self {
    case .sgd(let o): [("momentum", o.momentum), ("dampening", o.dampening)]
    case .adam(let o): [("beta1", o.beta1), ("beta2", o.beta2)]
    case .adagrad: []
    case .rmsprop(let o): [("momentum", o.momentum), ("memory", o.memory)]
    case .muon(let o): [("momentum", o.momentum)]
    }
  }
}

/// A configuration that cannot train: one line with what was given and what is needed.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public var message: String
  /// The same line.
  public var description: String { message }

  init(_ message: String) { self.message = message }

  static func expect(_ holds: Bool, _ message: @autoclosure () -> String) throws(TrainingError) {
    if !holds { throw TrainingError(message()) }
  }
}
