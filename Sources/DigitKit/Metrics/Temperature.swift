extension Calibration {
  /// The temperature that suits predictions best: with their logits divided by it, their loss is least (Guo et
  /// al. 2017). Above 1 where a model is too sure of itself. Which class is the most probable does not change, so
  /// accuracy does not either.
  ///
  /// Of pictures that the model was not trained on. Between 0.05 and 20, in four digits behind the point. Below 1, which
  /// makes a model surer of itself, only where at least `errors` of the pictures are wrong: of a thousand without an error
  /// it would be next to nothing, and the first error elsewhere would be made with full confidence.
  public static func temperature(of predictions: Predictions, sharpeningFrom errors: Int = 10)
    -> Double
  {
    let logits = Logits(predictions)
    let wrong = (0..<predictions.count).count { !predictions.isCorrect($0) }
    // The loss is convex in the inverse of the temperature, so it has one valley on any scale.
    var low = StableMath.logarithm(0.05)
    var high = StableMath.logarithm(20)
    func loss(_ place: Double) -> Double { logits.loss(over: StableMath.exponential(place)) }
    while high - low > 1e-5 {
      let third = (high - low) / 3
      if loss(low + third) <= loss(high - third) { high -= third } else { low += third }
    }
    let best = (StableMath.exponential((low + high) / 2) * 1e4).rounded() / 1e4
    return wrong < errors ? max(1, best) : best
  }
}

/// What stands before the softmax, up to a number that all classes share: the logarithms of probabilities.
private struct Logits {
  let rows: [[Double]]
  let labels: [Int]

  init(_ predictions: Predictions) {
    rows = (0..<predictions.count).map { picture in
      (0..<predictions.classes).map { label in
        let probability = Double(predictions.probability(picture, label))
        return StableMath.logarithm(max(probability, .leastNormalMagnitude))
      }
    }
    labels = predictions.labels.map { Int($0) }
  }

  /// Mean cross-entropy with all of them divided by `temperature`.
  func loss(over temperature: Double) -> Double {
    var sum = 0.0
    for (row, label) in zip(rows, labels) {
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + StableMath.exponential(($1 - largest) / temperature) }
      sum += StableMath.logarithm(total) - (row[label] - largest) / temperature
    }
    return sum / Double(rows.count)
  }
}
