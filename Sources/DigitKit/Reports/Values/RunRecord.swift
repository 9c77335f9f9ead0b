/// One line of a run's `metrics.jsonl`: something that happened, with its numbers.
public struct RunRecord: Codable, Sendable, Equatable {
  /// What happened.
  public enum Kind: String, Codable, Sendable {
    /// Some updates were done; the numbers are means over their pictures.
    case steps
    /// A pass ended; the numbers are means over it.
    case epoch
    /// Validation pictures were read.
    case validation
    /// A file was written.
    case checkpoint
    /// Something that a person should know.
    case warning
    /// The run ended.
    case stopped
  }

  /// What happened.
  public var kind: Kind
  /// Passes finished.
  public var epoch: Int
  /// Updates done.
  public var update: Int
  /// Seconds of training so far, over all resumes.
  public var seconds: Double
  /// The mean loss.
  public var loss: Double?
  /// The part that was read correctly.
  public var accuracy: Double?
  /// The learning rate of the first group.
  public var rate: Double?
  /// Pictures trained on in a second.
  public var imagesPerSecond: Double?
  /// Of a validation: whether it is the best so far.
  public var isBest: Bool?
  /// Of a checkpoint: the file, without its folder.
  public var file: String?
  /// Of a warning or an end: what there is to say.
  public var text: String?

  /// A line without numbers.
  public init(_ kind: Kind, _ progress: TrainingProgress) {
    self.kind = kind
    epoch = progress.epoch
    update = progress.update
    seconds = progress.seconds
  }
}

extension RunRecord {
  /// The name of the file in a run folder.
  public static let fileName = "metrics.jsonl"

  /// Reads a run's lines. A last line that was cut off is left out; damage elsewhere is an error.
  public static func read(folder: String) throws(FileError) -> [RunRecord] {
    let path = "\(folder)/\(fileName)"
    let file = try OpenFile(path)
    return try parse(try file.read(0..<file.size), path: path)
  }

  static func parse(_ bytes: [UInt8], path: String) throws(FileError) -> [RunRecord] {
    var records: [RunRecord] = []
    var first = 0
    var number = 1
    while let end = bytes[first...].firstIndex(of: UInt8(ascii: "\n")) {
      do {
        records.append(try ReportJSON.value(RunRecord.self, from: bytes[first..<end]))
      } catch {
        throw FileError(
          path, .malformed,
          "line \(number) is not an event of a run: remove it, or bring the file back")
      }
      first = end + 1
      number += 1
    }
    return records
  }

  /// The line, with its end.
  func line() throws -> String { try ReportJSON.text(self, pretty: false) + "\n" }
}

extension StopReason {
  /// `all epochs are done`
  public var text: String {
    switch self {
    case .epochs: "all epochs are done"
    case .updates: "all updates are done"
    case .time: "the time is over"
    case .accuracy(let reached): "the accuracy was reached: " + Numbers.percent(reached)
    case .noProgress: "it no longer got better"
    case .callback: "it was asked to"
    case .cancelled: "it was interrupted"
    }
  }
}
