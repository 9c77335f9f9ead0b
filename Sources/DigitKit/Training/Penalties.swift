/// Limits for gradients.
public struct Clipping: Sendable, Equatable, Codable {
  /// All gradients together are scaled down to this norm (`ck_step.clip_norm`).
  public var norm: Double?
  /// Each element is cut to this size (`ck_update.clip_value`).
  public var value: Double?

  /// No limit.
  public static let none = Clipping()

  /// Limits.
  public init(norm: Double? = nil, value: Double? = nil) {
    self.norm = norm
    self.value = value
  }

  /// One clear line if a value makes no sense.
  public func validate() throws(TrainingError) {
    for limit in [norm, value].compactMap({ $0 }) {
      try TrainingError.expect(limit > 0, "gradients are clipped to more than 0, not \(limit)")
    }
  }
}

/// Penalties on weights, added to the gradients between the two phases of a step. L2 is an optimiser's
/// `weightDecay` and costs nothing there; L1 has no kernel field, so it is here.
public struct L1Penalty: Sendable, Equatable, Codable {
  /// The loss grows by this times the sum of the weights' sizes.
  public var strength: Double
  /// The parameters it applies to.
  public var pattern: NamePattern

  /// A penalty on weights, those of norms with them, but not on biases unless the pattern names them.
  public init(_ strength: Double, _ pattern: NamePattern = "*.weight") {
    self.strength = strength
    self.pattern = pattern
  }

  /// What the loss grows by.
  public func loss(_ weights: [Float]) -> Double {
    strength * weights.reduce(0.0) { $0 + Double(abs($1)) }
  }

  /// Adds the penalty's gradient: its strength with the sign of each weight, nothing at zero, so that the
  /// padding of parameters stays zero.
  public func add(
    to gradient: UnsafeMutableBufferPointer<Float>, weights: UnsafeBufferPointer<Float>
  ) {
    let strength = Float(strength)
    for index in 0..<min(gradient.count, weights.count) {
      let weight = weights[index]
      if weight > 0 {
        gradient[index] += strength
      } else if weight < 0 {
        gradient[index] -= strength
      }
    }
  }
}
