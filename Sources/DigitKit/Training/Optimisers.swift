/// Stochastic gradient descent, with or without momentum. Defaults as in `torch.optim.SGD`.
public struct SGD: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate = 1e-3
  /// How much of the last direction is kept.
  public var momentum = 0.0
  /// How much of a gradient does not enter the momentum.
  public var dampening = 0.0
  /// Look ahead along the momentum.
  public var nesterov = false
  /// L2, as part of the gradient.
  public var weightDecay = 0.0

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
  public var rate = 1e-3
  /// Memory of gradients.
  public var beta1 = 0.9
  /// Memory of squared gradients.
  public var beta2 = 0.999
  /// Keeps the divisor from zero.
  public var epsilon = 1e-8
  /// Weight decay.
  public var weightDecay = 0.0
  /// AdamW: decay shrinks weights directly.
  public var decoupled = false

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
  public var rate = 1e-2
  /// The rate falls as `1 / (1 + rateDecay * updates)`.
  public var rateDecay = 0.0
  /// Keeps the divisor from zero.
  public var epsilon = 1e-10
  /// L2, as part of the gradient.
  public var weightDecay = 0.0

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.epsilon = Float(epsilon)
    return values
  }
}

/// RMSprop (Hinton 2012). Defaults as in `torch.optim.RMSprop`.
public struct RMSprop: Sendable, Equatable, Codable {
  /// The learning rate.
  public var rate = 1e-2
  /// Memory of squared gradients; PyTorch's `alpha`.
  public var memory = 0.99
  /// How much of the last direction is kept.
  public var momentum = 0.0
  /// Keeps the divisor from zero.
  public var epsilon = 1e-8
  /// L2, as part of the gradient.
  public var weightDecay = 0.0

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
  public var rate = 1e-3
  /// How much of the last direction is kept.
  public var momentum = 0.95
  /// Look ahead along the momentum.
  public var nesterov = true
  /// Decoupled decay of hidden matrices.
  public var weightDecay = 0.1
  /// What updates everything else.
  public var rest = Adam(weightDecay: 1e-2, decoupled: true)

  func values(_ step: Int) -> UpdateValues {
    var values = UpdateValues()
    values.momentum = Float(momentum)
    values.nesterov = nesterov
    values.decoupled = true
    return values
  }
}
