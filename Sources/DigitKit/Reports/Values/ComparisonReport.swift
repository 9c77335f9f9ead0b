/// Several runs side by side, and whether their models differ by more than luck.
public struct ComparisonReport: Codable, Sendable, Equatable {
  /// One of the runs.
  public struct Entry: Codable, Sendable, Equatable {
    /// How it is called: its folder.
    public var name: String
    /// How it went.
    public var report: RunReport
    /// On the test set that all are measured on; nil without one.
    public var accuracy: Double?
    /// Where its true accuracy lies, with 95 % confidence.
    public var accuracyInterval: TestReport.Interval?
  }

  /// Two models on the same pictures (McNemar's test).
  public struct Pair: Codable, Sendable, Equatable {
    /// Place of the first among the entries.
    public var first: Int
    /// Place of the second.
    public var second: Int
    /// Pictures that only the first read correctly.
    public var onlyFirst: Int
    /// Pictures that only the second read correctly.
    public var onlySecond: Int
    /// How likely so uneven a split is if both are equally good.
    public var pValue: Double

    /// Whether luck alone would give such a difference less than once in twenty times.
    public var isSignificant: Bool { pValue < 0.05 }
  }

  /// The command, as it can be typed again.
  public var command: String
  /// When.
  public var date: String
  /// The set that all are measured on; nil without one.
  public var data: String?
  /// The runs.
  public var entries: [Entry]
  /// Every two of them, where they are measured on the same pictures.
  public var pairs: [Pair]

  /// Runs by name. `predictions` has what each model said of the same pictures, or is empty.
  public init(
    command: String, date: String = ReportClock.now, runs: [(name: String, report: RunReport)],
    data: String? = nil, predictions: [Predictions] = []
  ) throws {
    guard predictions.isEmpty || predictions.count == runs.count else {
      throw DataError("\(runs.count) runs cannot have \(predictions.count) predictions")
    }
    self.command = command
    self.date = date
    self.data = data
    entries = runs.enumerated().map { place, run in
      let accuracy = place < predictions.count ? predictions[place].accuracy : nil
      let interval = accuracy?.interval()
      return Entry(
        name: run.name, report: run.report, accuracy: accuracy?.value,
        accuracyInterval: interval.map {
          TestReport.Interval(low: $0.lowerBound, high: $0.upperBound)
        })
    }
    pairs = predictions.indices.flatMap { first in
      predictions.indices.dropFirst(first + 1).compactMap { second in
        McNemar(predictions[first], predictions[second]).map { test in
          Pair(
            first: first, second: second, onlyFirst: test.onlyFirst, onlySecond: test.onlySecond,
            pValue: test.pValue)
        }
      }
    }
  }
}
