/// What a reader is worth who may say "unsure": the part of pictures that it reads, against the part of
/// those that it reads wrongly.
public struct ReadRate: Sendable, Equatable {
  /// What accepting readings from a confidence on gives.
  public struct Point: Sendable, Equatable {
    /// The least confidence that is accepted.
    public var threshold: Float
    /// Accepted pictures, as a part of all.
    public var readRate: Double
    /// Wrong readings, as a part of the accepted ones.
    public var errorRate: Double
  }

  /// From the strictest threshold to accepting everything; readings of equal confidence come together.
  public let points: [Point]

  /// All thresholds of these predictions.
  public init(_ predictions: Predictions) {
    let confidences = (0..<predictions.count).map(predictions.confidence)
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var points: [Point] = []
    var wrong = 0
    for (place, picture) in order.enumerated() {
      if !predictions.isCorrect(picture) { wrong += 1 }
      let isLast = place + 1 == order.count
      if !isLast, confidences[order[place + 1]] == confidences[picture] { continue }
      let accepted = Double(place + 1)
      points.append(
        Point(
          threshold: confidences[picture], readRate: accepted / Double(order.count),
          errorRate: Double(wrong) / accepted))
    }
    self.points = points
  }

  /// The threshold that reads most without more errors than allowed; nil if none does.
  public func best(errorRate: Double) -> Point? { points.last { $0.errorRate <= errorRate } }
}
