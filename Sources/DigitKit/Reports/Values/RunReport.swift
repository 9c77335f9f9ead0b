/// How a run went: what it was, what happened, and how good the model is that came out.
public struct RunReport: Codable, Sendable, Equatable {
  /// What was trained, how, on what, where.
  public var run: RunDescription
  /// What happened.
  public var records: [RunRecord]
  /// How the model reads pictures it was not trained on; nil if it was not measured.
  public var test: TestReport?

  /// The name of its page in a run folder.
  public static let fileName = "report.html"

  /// A report of these.
  public init(run: RunDescription, records: [RunRecord], test: TestReport? = nil) {
    self.run = run
    self.records = records
    self.test = test
  }

  /// Reads what a run left in its folder.
  public init(folder: String, test: TestReport? = nil) throws {
    self.init(
      run: try RunDescription(folder: folder), records: try RunRecord.read(folder: folder),
      test: test)
  }

  /// A pass over the data, as tables have it.
  public struct Epoch: Sendable, Equatable {
    /// Passes finished.
    public var number: Int
    /// Updates done.
    public var update: Int
    /// Seconds of training so far.
    public var seconds: Double
    /// Of training.
    public var loss: Double?
    /// Of training.
    public var accuracy: Double?
    /// Of the validation behind it.
    public var validationLoss: Double?
    /// Of the validation behind it.
    public var validationAccuracy: Double?
    /// Whether that was the best so far.
    public var isBest: Bool
    /// The learning rate at its end.
    public var rate: Double?
  }

  /// The passes, each with the validation that followed.
  public var epochs: [Epoch] {
    let looks = Dictionary(
      records.filter { $0.kind == .validation }.map { ($0.update, $0) }
    ) { $1 }
    return records.filter { $0.kind == .epoch }.map { record in
      let look = looks[record.update]
      return Epoch(
        number: record.epoch, update: record.update, seconds: record.seconds, loss: record.loss,
        accuracy: record.accuracy, validationLoss: look?.loss, validationAccuracy: look?.accuracy,
        isBest: look?.isBest ?? false, rate: record.rate)
    }
  }

  /// The last validation that was the best so far.
  public var best: RunRecord? { records.last { $0.kind == .validation && $0.isBest == true } }

  /// Why it ended; nil while it is under way or after a kill.
  public var end: String? { records.last { $0.kind == .stopped }?.text }

  /// Seconds of training.
  public var seconds: Double { records.last?.seconds ?? 0 }

  /// Updates of a pass, where one has ended.
  var updatesPerEpoch: Double? {
    records.last { $0.kind == .epoch && $0.epoch > 0 && $0.update > 0 }
      .map { Double($0.update) / Double($0.epoch) }
  }
}
