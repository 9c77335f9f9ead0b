extension Model {
  /// The network for prediction alone: a batch normalisation right behind a convolution or dense layer
  /// becomes part of its weights, which saves a pass over memory. Numbers are rounded elsewhere, so
  /// results agree to some 1e-6 of their size, not to the bit. Gives the model and its parameters.
  public func foldingNorms(_ parameters: Parameters) throws -> (
    model: Model, parameters: Parameters
  ) {
    let folds = folds()
    let norms = Dictionary(folds.map { ($0.norm, $0) }) { first, _ in first }
    let layers = Dictionary(folds.map { ($0.layer, $0) }) { first, _ in first }
    let model = try rewritten { record, layer in
      if norms[record.name] != nil { return nil }
      guard let fold = layers[record.name] else { return layer }
      switch layer {
      case var convolution as Conv2D:
        convolution.hasBias = true
        convolution.activation = fold.activation
        return convolution
      case var dense as Dense:
        dense.hasBias = true
        dense.activation = fold.activation
        return dense
      default: return layer
      }
    }
    let result = Parameters(for: model)
    try result.copy(from: parameters)
    for fold in folds { try fold.write(from: parameters, to: result) }
    return (model, result)
  }

  /// Where a normalisation is the only reader of a layer that it can be folded into.
  private func folds() -> [NormFold] {
    let makers = Dictionary(records.map { ($0.output, $0) }) { first, _ in first }
    let shared = Set(records.compactMap { $0.layer?.owner })
    return records.compactMap { record in
      guard let norm = record.layer as? BatchNorm, let input = record.inputs.first,
        let maker = makers[input], maker.layer?.takesNorm == true, !shared.contains(maker.name),
        records.filter({ $0.inputs.contains(input) }).count == 1,
        !heads.contains(where: { $0.node == input })
      else { return nil }
      return NormFold(
        layer: maker.name, norm: record.name, epsilon: norm.epsilon, activation: norm.activation)
    }
  }
}

extension NamedLayer {
  /// Whether a normalisation behind it could be part of its weights.
  fileprivate var takesNorm: Bool {
    switch self {
    case let layer as Conv2D: layer.activation == nil && layer.sharing == nil
    case let layer as Dense: layer.activation == nil && layer.sharing == nil
    default: false
    }
  }

  /// The layer whose weights it borrows.
  var owner: String? {
    switch self {
    case let layer as Conv2D: layer.sharing
    case let layer as Dense: layer.sharing
    default: nil
    }
  }
}

/// `gamma * (w · x + b - mean) / sqrt(variance + epsilon) + beta`, as one weight and one bias.
private struct NormFold {
  var layer: String
  var norm: String
  var epsilon: Float
  var activation: Activation?

  func write(from old: Parameters, to new: Parameters) throws {
    var weight = try old.values(of: "\(layer).weight")
    let gamma = try old.values(of: "\(norm).weight")
    let beta = try old.values(of: "\(norm).bias")
    let mean = try old.values(of: "\(norm).running_mean")
    let variance = try old.values(of: "\(norm).running_var")
    let hasBias = old.table.contains { $0.name == "\(layer).bias" }
    var bias = hasBias ? try old.values(of: "\(layer).bias") : gamma.map { _ in Float(0) }
    let row = weight.count / max(1, gamma.count)
    for channel in gamma.indices {
      // In double, rounded once.
      let scale =
        Double(gamma[channel]) / (Double(variance[channel]) + Double(epsilon)).squareRoot()
      for i in channel * row..<(channel + 1) * row { weight[i] = Float(Double(weight[i]) * scale) }
      bias[channel] = Float(
        (Double(bias[channel]) - Double(mean[channel])) * scale + Double(beta[channel]))
    }
    try new.set("\(layer).weight", to: weight)
    try new.set("\(layer).bias", to: bias)
  }
}
