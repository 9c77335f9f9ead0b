extension Model {
  /// The model whose heads with classes are trained with another share of labels for all classes, or other weights
  /// of classes, one for each; nil leaves what is there. A model without such a head is an error.
  public func changingLoss(
    smoothing: Float? = nil, classWeights: [Float]? = nil
  ) throws -> Model {
    guard smoothing != nil || classWeights != nil else { return self }
    guard hasClasses else {
      throw GraphError(
        "\(name) has no head with classes: label smoothing and class weights are of cross-entropy alone"
      )
    }
    return try rewritten(heads: { $0.loss?.with(smoothing, classWeights) }) { _, layer in layer }
  }
}

extension Loss {
  fileprivate func with(_ smoothing: Float?, _ weights: [Float]?) -> Loss {
    guard case .crossEntropy(let oldSmoothing, let oldWeights, let ignored) = self else {
      return self
    }
    return .crossEntropy(
      smoothing: smoothing ?? oldSmoothing, classWeights: weights ?? oldWeights, ignoring: ignored)
  }

  /// Weights with which every class counts as much as any other, on average 1 for a picture; a class without
  /// pictures has 0.
  public static func classWeights(balancing labels: [Int32], classes: Int) -> [Float] {
    let counts = Sampling.counts(of: labels, classes: classes)
    let present = counts.count { $0 > 0 }
    return counts.map { count in
      count == 0 ? 0 : Float(labels.count) / Float(present) / Float(count)
    }
  }
}
