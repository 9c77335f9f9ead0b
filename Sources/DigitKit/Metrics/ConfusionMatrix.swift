/// How often each class was taken for which.
public struct ConfusionMatrix: Sendable, Equatable {
  /// How many classes there are.
  public let classes: Int
  /// `[true class][predicted class]`
  public private(set) var counts: [Int]

  /// Counts predictions.
  public init(_ predictions: Predictions) {
    classes = predictions.classes
    counts = [Int](repeating: 0, count: classes * classes)
    for (label, predicted) in zip(predictions.labels, predictions.predicted) {
      counts[Int(label) * classes + Int(predicted)] += 1
    }
  }

  /// Pictures of class `label` that were read as `predicted`.
  public subscript(label: Int, predicted: Int) -> Int { counts[label * classes + predicted] }

  /// Precision, recall and F1 of a class.
  public struct Score: Sendable, Equatable {
    /// Of the pictures read as this class, the part that is.
    public var precision: Double
    /// Of the pictures of this class, the part that was read so.
    public var recall: Double
    /// The harmonic mean of both.
    public var f1: Double
    /// Pictures of this class.
    public var support: Int
  }

  /// The scores of a class. Where there is nothing to divide by they are 0, as in scikit-learn.
  public func score(_ label: Int) -> Score {
    let hits = self[label, label]
    let read = (0..<classes).reduce(0) { $0 + self[$1, label] }
    let support = (0..<classes).reduce(0) { $0 + self[label, $1] }
    return Score(
      precision: ratio(hits, read), recall: ratio(hits, support),
      f1: ratio(2 * hits, read + support), support: support)
  }

  /// The scores of all classes.
  public var scores: [Score] { (0..<classes).map(score) }

  /// The mean of the classes, each counting the same. Classes that neither occur nor are predicted
  /// are left out.
  public var macro: Score { mean { _ in 1 } }

  /// The mean of the classes, each counting as often as it occurs.
  public var weighted: Score { mean { Double($0.support) } }

  /// The most frequent mistakes.
  public func mistakes(_ most: Int) -> [(label: Int, predicted: Int, count: Int)] {
    let wrong = counts.indices
      .map { (label: $0 / classes, predicted: $0 % classes, count: counts[$0]) }
      .filter { $0.label != $0.predicted && $0.count > 0 }
    // Ties in the order of the table, so that a report is the same every time.
    return Array(
      wrong.sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
        .prefix(most))
  }

  private func mean(_ weight: (Score) -> Double) -> Score {
    let present = (0..<classes).filter { label in
      (0..<classes).contains { self[label, $0] + self[$0, label] > 0 }
    }
    let scores = present.map(score)
    let total = scores.reduce(0) { $0 + weight($1) }
    func mean(_ value: (Score) -> Double) -> Double {
      total > 0 ? scores.reduce(0) { $0 + weight($1) * value($1) } / total : 0
    }
    return Score(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: scores.reduce(0) { $0 + $1.support })
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}
