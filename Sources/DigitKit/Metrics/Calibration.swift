/// Whether a confidence means what it says: of all readings that are 90 % sure, nine in ten should be right.
public struct Calibration: Sendable, Equatable {
  /// Readings of like confidence.
  public struct Bin: Sendable, Equatable {
    /// How many.
    public var count: Int
    /// Their mean confidence.
    public var confidence: Double
    /// The part that is right.
    public var accuracy: Double
  }

  /// Equal ranges of confidence, from 0 to 1; empty ones are there with count 0.
  public let bins: [Bin]
  /// Expected calibration error: the gap between confidence and accuracy, averaged over all readings.
  public let expectedError: Double
  /// The largest gap of any bin.
  public let largestError: Double

  /// Sorts readings into bins `(low, high]` (Guo et al. 2017).
  public init(_ predictions: Predictions, bins count: Int = 15) {
    let count = max(1, count)
    var counts = [Int](repeating: 0, count: count)
    var hits = counts
    var sums = [Double](repeating: 0, count: count)
    for picture in 0..<predictions.count {
      let confidence = Double(predictions.confidence(picture))
      let above = Int((min(max(confidence, 0), 1) * Double(count)).rounded(.up)) - 1
      let bin = max(0, above)
      counts[bin] += 1
      sums[bin] += confidence
      hits[bin] += predictions.isCorrect(picture) ? 1 : 0
    }
    let bins = counts.indices.map { bin in
      let n = Double(max(1, counts[bin]))
      return Bin(
        count: counts[bin], confidence: sums[bin] / n, accuracy: Double(hits[bin]) / n)
    }
    self.bins = bins
    let gaps = bins.map { abs($0.confidence - $0.accuracy) }
    let total = Double(predictions.count)
    expectedError = zip(bins, gaps).reduce(0) { $0 + Double($1.0.count) / total * $1.1 }
    largestError = gaps.max() ?? 0
  }
}
