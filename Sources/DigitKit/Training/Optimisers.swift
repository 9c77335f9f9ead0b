/// Stochastic gradient descent, with or without momentum. Defaults as in `torch.optim.SGD`.
public struct SGD: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate: Double
  /// How much of the last direction is kept.
  public var momentum: Double
  /// How much of a gradient does not enter the momentum.
  public var dampening: Double
  /// Look ahead along the momentum.
  public var nesterov: Bool
  /// L2, as part of the gradient.
  public var weightDecay: Double

  /// Plain descent, unless told otherwise.
  public init(
    rate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    self.rate = rate
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.momentum = Float(momentum)
    // As in PyTorch, the first gradient starts the momentum undampened.
    values.dampening = step == 1 ? 0 : Float(dampening)
    values.nesterov = nesterov
    return values
  }
}

/// Adam (Kingma and Ba 2015), or AdamW (Loshchilov and Hutter 2019) when decay is decoupled.
/// Defaults as in `torch.optim.Adam`.
public struct Adam: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate: Double
  /// Memory of gradients.
  public var beta1: Double
  /// Memory of squared gradients.
  public var beta2: Double
  /// Keeps the divisor from zero.
  public var epsilon: Double
  /// Weight decay.
  public var weightDecay: Double
  /// AdamW: decay shrinks weights directly.
  public var decoupled: Bool

  /// Adam, unless decay is decoupled.
  public init(
    rate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0, decoupled: Bool = false
  ) {
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupled = decoupled
  }

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.beta1 = Float(beta1)
    values.beta2 = Float(beta2)
    values.epsilon = Float(epsilon)
    values.correction1 = Float(1 / (1 - StableMath.power(beta1, step)))
    values.correction2 = Float(1 / (1 - StableMath.power(beta2, step)))
    values.decoupled = decoupled
    return values
  }
}

/// Adagrad (Duchi, Hazan and Singer 2011). Defaults as in `torch.optim.Adagrad`.
public struct Adagrad: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate: Double
  /// The rate falls as `1 / (1 + rateDecay * updates)`.
  public var rateDecay: Double
  /// Keeps the divisor from zero.
  public var epsilon: Double
  /// L2, as part of the gradient.
  public var weightDecay: Double

  /// Adagrad.
  public init(
    rate: Double = 1e-2, rateDecay: Double = 0, epsilon: Double = 1e-10, weightDecay: Double = 0
  ) {
    self.rate = rate
    self.rateDecay = rateDecay
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.epsilon = Float(epsilon)
    return values
  }
}

/// RMSprop (Hinton 2012). Defaults as in `torch.optim.RMSprop`.
public struct RMSprop: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate: Double
  /// Memory of squared gradients; PyTorch's `alpha`.
  public var memory: Double
  /// How much of the last direction is kept.
  public var momentum: Double
  /// Keeps the divisor from zero.
  public var epsilon: Double
  /// L2, as part of the gradient.
  public var weightDecay: Double

  /// RMSprop.
  public init(
    rate: Double = 1e-2, memory: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.rate = rate
    self.memory = memory
    self.momentum = momentum
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.beta2 = Float(memory)
    values.momentum = Float(momentum)
    values.epsilon = Float(epsilon)
    return values
  }
}

/// Muon (Jordan et al. 2024) for hidden matrices, AdamW for the rest: first and last layer, biases and
/// norms. Muon's defaults are those of `torch.optim.Muon`.
public struct Muon: Sendable, Equatable, Codable {
  /// The learning rate of hidden matrices.
  public var rate: Double
  /// How much of the last direction is kept.
  public var momentum: Double
  /// Look ahead along the momentum.
  public var nesterov: Bool
  /// Decoupled decay of hidden matrices.
  public var weightDecay: Double
  /// What updates everything else.
  public var rest: Adam

  /// Muon.
  public init(
    rate: Double = 1e-3, momentum: Double = 0.95, nesterov: Bool = true,
    weightDecay: Double = 0.1, rest: Adam = Adam(weightDecay: 1e-2, decoupled: true)
  ) {
    self.rate = rate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    self.rest = rest
  }

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.momentum = Float(momentum)
    values.nesterov = nesterov
    values.decoupled = true
    return values
  }
}
