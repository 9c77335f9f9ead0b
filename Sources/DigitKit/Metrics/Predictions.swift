/// What a model said of labelled pictures: one row of probabilities each. All metrics are functions of this.
public struct Predictions: Sendable, Equatable {
  /// `[picture][class]`, each row adding up to 1.
  public let probabilities: [Float]
  /// The true classes.
  public let labels: [Int32]
  /// How many classes there are.
  public let classes: Int
  /// The most probable class of each picture; the lowest of equal ones.
  public let predicted: [Int32]

  /// How many pictures.
  public var count: Int { labels.count }

  /// Checks sizes and labels. A row with a NaN predicts class 0 with no confidence.
  public init(probabilities: [Float], labels: [Int32], classes: Int) throws(DataError) {
    guard classes > 0, !labels.isEmpty,
      ImageSet.product([labels.count, classes]) == probabilities.count
    else {
      throw DataError(
        "\(labels.count) labels and \(classes) classes need as many rows and columns, "
          + "but there are \(probabilities.count) probabilities")
    }
    if let place = labels.firstIndex(where: { $0 < 0 || Int($0) >= classes }) {
      throw DataError("label \(labels[place]) of picture \(place) is not in 0...\(classes - 1)")
    }
    self.probabilities = probabilities
    self.labels = labels
    self.classes = classes
    predicted = labels.indices.map { row in
      let first = row * classes
      var best = first
      for place in first..<first + classes where probabilities[place] > probabilities[best] {
        best = place
      }
      return Int32(best - first)
    }
  }

  /// The probability of a class for a picture.
  public func probability(_ picture: Int, _ label: Int) -> Float {
    probabilities[picture * classes + label]
  }

  /// The probability of the predicted class; 0 where it is not a number.
  public func confidence(_ picture: Int) -> Float {
    let value = probability(picture, Int(predicted[picture]))
    return value.isNaN ? 0 : value
  }

  /// Whether a picture was read correctly.
  public func isCorrect(_ picture: Int) -> Bool { predicted[picture] == labels[picture] }

  /// The part of the pictures that was read correctly, with its interval.
  public var accuracy: Proportion {
    Proportion(labels.indices.count { isCorrect($0) }, of: count)
  }
}

/// So many of so many.
public struct Proportion: Sendable, Equatable {
  /// How many it is true of.
  public let successes: Int
  /// Of how many.
  public let count: Int

  /// A proportion.
  public init(_ successes: Int, of count: Int) {
    self.successes = successes
    self.count = count
  }

  /// Between 0 and 1; NaN of nothing.
  public var value: Double { Double(successes) / Double(count) }

  /// Wilson's interval (1927) around it: honest near 0 and 1, where digit readers live. `z` is 1.96 for 95 %.
  public func interval(z: Double = 1.959963984540054) -> ClosedRange<Double> {
    guard count > 0 else { return 0...1 }
    let n = Double(count)
    let centre = (value + z * z / (2 * n)) / (1 + z * z / n)
    let reach =
      z / (1 + z * z / n) * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
    // The ends are exact where all or none succeeded; rounding must not move them.
    let low = successes == 0 ? 0 : max(0, centre - reach)
    return low...(successes == count ? 1 : min(1, centre + reach))
  }
}
