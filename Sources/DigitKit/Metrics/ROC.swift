/// One class against all others, at every threshold of its probability.
public struct ROC: Sendable, Equatable {
  /// What accepting everything at or above a probability does.
  public struct Point: Sendable, Equatable {
    /// The least probability that is accepted.
    public var threshold: Float
    /// The part of the other classes that is accepted.
    public var falsePositives: Double
    /// The part of the class that is accepted.
    public var truePositives: Double
  }

  /// From accepting nothing to accepting everything.
  public let points: [Point]
  /// The area under the curve: how likely a picture of the class has a higher probability than another one.
  public let area: Double

  /// The curve of a class; nil unless it and others occur and all probabilities are numbers.
  public init?(_ predictions: Predictions, label: Int) {
    guard (0..<predictions.classes).contains(label) else { return nil }
    let scores = (0..<predictions.count).map { predictions.probability($0, label) }
    self.init(scores: scores, isPositive: predictions.labels.map { Int($0) == label })
  }

  /// The curve of any scores; nil unless there are positive and negative ones and all are numbers.
  public init?(scores: [Float], isPositive: [Bool]) {
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard scores.count == isPositive.count, positives > 0, negatives > 0,
      !scores.contains(where: \.isNaN)
    else { return nil }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var points = [Point(threshold: .infinity, falsePositives: 0, truePositives: 0)]
    var hits = 0
    var alarms = 0
    // Twice the pairs in the right order, in whole numbers: a pair of equals counts half.
    var pairs = 0
    var place = 0
    while place < order.count {
      let threshold = scores[order[place]]
      let hitsBefore = hits
      let alarmsBefore = alarms
      while place < order.count, scores[order[place]] == threshold {
        if isPositive[order[place]] { hits += 1 } else { alarms += 1 }
        place += 1
      }
      pairs += (alarms - alarmsBefore) * (hits + hitsBefore)
      points.append(
        Point(
          threshold: threshold, falsePositives: Double(alarms) / Double(negatives),
          truePositives: Double(hits) / Double(positives)))
    }
    self.points = points
    area = Double(pairs) / 2 / (Double(positives) * Double(negatives))
  }
}
