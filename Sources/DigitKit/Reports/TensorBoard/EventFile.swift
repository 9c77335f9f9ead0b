/// The file in a run folder that TensorBoard shows: `tensorboard --logdir runs`.
struct EventFile {
  /// TensorBoard takes files with `tfevents` in their names, and reads one behind another by name. One
  /// name for all resumes keeps a run one file.
  static let fileName = "events.out.tfevents.0.digitkit"

  private let file: AppendedFile

  /// Opens a run's file, or begins it. What is there of steps after `update` is taken back.
  init(folder: String, keepingUpTo update: Int, time: Double) throws {
    var isNew = true
    file = try AppendedFile("\(folder)/\(EventFile.fileName)") { bytes in
      let kept = EventFile.bytesToKeep(bytes, upTo: update)
      isNew = kept == 0
      return kept
    }
    if isNew { try file.append(EventFile.version(time: time)) }
  }

  func add(_ summary: EventSummary, step: Int, time: Double) throws {
    try file.append(EventFile.record(summary, step: step, time: time))
  }

  /// An event with a summary, framed.
  static func record(_ summary: EventSummary, step: Int, time: Double) throws -> [UInt8] {
    var body = ProtobufWriter()
    try summary.write(&body)
    var event = ProtobufWriter()
    event.double(1, time)
    event.integer(2, step)
    event.data(5, body.bytes)
    return RecordFrame.around(event.bytes)
  }

  /// The event that every file begins with, framed.
  static func version(time: Double) -> [UInt8] {
    var event = ProtobufWriter()
    event.double(1, time)
    event.string(3, "brain.Event:2")
    return RecordFrame.around(event.bytes)
  }

  static func bytesToKeep(_ bytes: [UInt8], upTo update: Int) -> Int {
    var kept = 0
    for (record, end) in RecordFrame.records(bytes) {
      guard let fields = try? ProtobufReader.fields(record) else { break }
      let step = fields.first { $0.number == 2 }?.value.integer ?? 0
      guard step <= update else { break }
      kept = end
    }
    return kept
  }
}
