/// Batch normalisation, per channel: `weight * (x - mean) / sqrt(variance + epsilon) + bias`.
///
/// With the batch's own statistics while training, else with the running ones, which follow them as
/// PyTorch's do. `weight` is 1, `bias` 0, `running_mean` 0, `running_var` 1 at first.
public struct BatchNorm: NamedLayer {
  /// `BatchNorm`
  public static let kind = "BatchNorm"
  /// `norm1`
  public static let usualName = "norm"

  /// Added to the variance.
  public var epsilon: Float
  /// Of the running statistics, towards those of the batch.
  public var momentum: Float
  /// The function behind it.
  public var activation: Activation?
  /// Whether it is trained; if not, running statistics are used in training too.
  public var isTrained: Bool
  /// Its name; nil: `norm1` and so on.
  public var name: String?

  /// With PyTorch's usual values.
  public init(
    epsilon: Float = 1e-5, momentum: Float = 0.1, activation: Activation? = nil,
    trained: Bool = true, name: String? = nil
  ) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
    self.isTrained = trained
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try checkNorm(epsilon, momentum, name)
    let rows = try inputs[0].shape.normRows(layer: name)
    let channels = Int(rows.channels)
    func vector(
      _ suffix: String, _ value: Float, _ kind: ParameterInfo.Kind = .weight
    ) throws -> Int {
      try network.parameter(
        .vector(
          "\(name).\(suffix)", channels, .constant(value), kind: kind, isTrained: isTrained,
          layer: name))
    }
    let parameters = [
      try vector("weight", 1), try vector("bias", 0),
      try vector("running_mean", 0, .statistic), try vector("running_var", 1, .statistic),
    ]
    let norm = BatchNormalisation(epsilon: epsilon, momentum: momentum, isFrozen: !isTrained)
    let y = try network.append(norm, name: name, inputs: inputs, parameters: parameters)
    return try network.activate(y, activation, name: name)
  }
}

/// Layer normalisation over the channels of each pixel: `weight * (x - mean) / sqrt(variance + epsilon) + bias`.
///
/// `weight` is 1 and `bias` 0 at first.
public struct LayerNorm: NamedLayer {
  /// `LayerNorm`
  public static let kind = "LayerNorm"
  /// `norm1`
  public static let usualName = "norm"

  /// Added to the variance.
  public var epsilon: Float
  /// The function behind it.
  public var activation: Activation?
  /// Whether it is trained.
  public var isTrained: Bool
  /// Its name; nil: `norm1` and so on.
  public var name: String?

  /// With PyTorch's usual values.
  public init(
    epsilon: Float = 1e-5, activation: Activation? = nil, trained: Bool = true,
    name: String? = nil
  ) {
    self.epsilon = epsilon
    self.activation = activation
    self.isTrained = trained
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try checkNorm(epsilon, 0, name)
    let channels = Int(try inputs[0].shape.normRows(layer: name).channels)
    let parameters = try [("weight", Float(1)), ("bias", 0)].map { suffix, value in
      try network.parameter(
        .vector(
          "\(name).\(suffix)", channels, .constant(value), isTrained: isTrained, layer: name))
    }
    let y = try network.append(
      LayerNormalisation(epsilon: epsilon), name: name, inputs: inputs, parameters: parameters)
    return try network.activate(y, activation, name: name)
  }
}

private func checkNorm(_ epsilon: Float, _ momentum: Float, _ name: String) throws {
  guard epsilon > 0, epsilon <= 1, momentum >= 0, momentum <= 1 else {
    throw GraphError(
      layer: name, got: "epsilon \(epsilon), momentum \(momentum)",
      needs: "epsilon above 0 and both up to 1", remedy: "usual are 1e-5 and 0.1")
  }
}
