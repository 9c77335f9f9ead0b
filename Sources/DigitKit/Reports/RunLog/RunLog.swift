import Synchronization

/// Writes down what happens in a run: `config.json`, `metrics.jsonl` and TensorBoard's events in its folder.
///
///     let log = RunLog(folder: "runs/first", description)
///     try trainer.run(resumes: true, log.callback)
///     try log.write(RunReport(folder: "runs/first"))
///
/// Nothing is written before the run's first update, so that a run which is refused changes nothing. A run
/// that goes on from a checkpoint first takes back what was written after it: no line comes twice, and the
/// file is that of a run that never stopped.
public final class RunLog: Sendable {
  /// What is written, and how often.
  public struct Options: Sendable, Equatable {
    /// A line for every so many updates, of their means.
    public var updatesPerLine = 50
    /// Whether TensorBoard's events are written.
    public var writesEvents = true

    /// A line for every 50 updates; events.
    public init() {}
  }

  /// The run's folder.
  public let folder: String
  private let description: RunDescription
  private let options: Options
  /// Seconds since 1970, as events are stamped.
  private let time: @Sendable () -> Double
  private let state = Mutex(State())

  private struct State {
    var metrics: AppendedFile?
    var events: EventFile?
    /// Heard before the run told how far it is.
    var waiting: [String] = []
    var window = Window()
    var epoch = Window()
    var progress = TrainingProgress(seed: 0)
  }

  /// A log of the run in `folder`, which it makes if need be.
  public convenience init(
    folder: String, _ description: RunDescription, options: Options = Options()
  ) {
    self.init(folder: folder, description, options: options, time: { ReportClock.seconds })
  }

  init(
    folder: String, _ description: RunDescription, options: Options,
    time: @escaping @Sendable () -> Double
  ) {
    self.folder = folder
    self.description = description
    self.options = options
    self.time = time
  }

  /// To be given to a run, alone or among others.
  public var callback: TrainingCallback {
    { event in
      try self.receive(event)
      return .goOn
    }
  }

  /// Writes down an event.
  public func receive(_ event: TrainingEvent) throws {
    try state.withLock { state in
      guard let progress = event.progress else {
        if case .warning(let text) = event { try warn(text, &state) }
        return
      }
      if state.metrics == nil { try begin(event, progress, &state) }
      state.progress = progress
      try write(event, progress, &state)
    }
  }

  // MARK: The beginning

  private func begin(
    _ event: TrainingEvent, _ progress: TrainingProgress, _ state: inout State
  ) throws {
    // An update was not yet done when the run began; anything else comes after what was.
    let done = if case .step = event { progress.update - 1 } else { progress.update }
    try Folder.make(folder)
    let path = "\(folder)/\(RunRecord.fileName)"
    state.metrics = try AppendedFile(path) { bytes in
      RunLog.linesToKeep(bytes, upTo: done)
    }
    if options.writesEvents {
      state.events = try EventFile(folder: folder, keepingUpTo: done, time: time())
    }
    try keepBeginning().write(toFolder: folder)
    if done == 0 {
      try state.events?.add(
        .text("run", description.markdown), step: 0, time: time())
    }
    for text in state.waiting {
      var progress = progress
      progress.update = done
      try append(RunRecord(.warning, progress).saying(text), &state)
    }
    state.waiting = []
  }

  /// A run that goes on keeps the command that began it, and when.
  private func keepBeginning() -> RunDescription {
    guard let old = try? RunDescription(folder: folder), old.network == description.network,
      old.configuration.seed == description.configuration.seed
    else { return description }
    var kept = description
    kept.command = old.command
    kept.started = old.started
    return kept
  }

  /// Bytes of the lines up to an update. That a run ended is no longer true once it goes on.
  static func linesToKeep(_ bytes: [UInt8], upTo update: Int) -> Int {
    var kept = 0
    while let end = bytes[kept...].firstIndex(of: UInt8(ascii: "\n")) {
      guard let record = try? ReportJSON.value(RunRecord.self, from: bytes[kept..<end]),
        record.update <= update, record.kind != .stopped
      else { break }
      kept = end + 1
    }
    return kept
  }

  // MARK: Lines

  private func write(
    _ event: TrainingEvent, _ progress: TrainingProgress, _ state: inout State
  ) throws {
    switch event {
    case .step(let step):
      state.window.add(step)
      state.epoch.add(step)
      guard progress.update % max(1, options.updatesPerLine) == 0 else { return }
      try append(state.window.record(.steps, progress), &state)
      state.window = Window(since: progress.seconds)
    case .epoch(let epoch):
      var record = state.epoch.record(.epoch, progress)
      record.loss = epoch.loss
      record.accuracy = epoch.accuracy
      record.imagesPerSecond =
        state.epoch.images > 0 && epoch.seconds > 0
        ? Double(state.epoch.images) / epoch.seconds : nil
      try append(record, &state)
      state.metrics?.sync()
      state.epoch = Window(since: progress.seconds)
    case .validation(let look):
      var record = RunRecord(.validation, progress)
      record.loss = look.loss
      record.accuracy = look.accuracy
      record.isBest = look.isBest
      try append(record, &state)
    case .checkpoint(let saved):
      var record = RunRecord(.checkpoint, progress)
      record.file = saved.path.split(separator: "/").last.map(String.init)
      try append(record, &state)
    case .stopped(let reason, _):
      try append(RunRecord(.stopped, progress).saying(reason.text), &state)
      state.metrics?.sync()
    case .warning: break
    }
  }

  private func warn(_ text: String, _ state: inout State) throws {
    guard state.metrics != nil else {
      state.waiting.append(text)
      return
    }
    try append(RunRecord(.warning, state.progress).saying(text), &state)
  }

  private func append(_ record: RunRecord, _ state: inout State) throws {
    try state.metrics?.append(record.line())
    for summary in EventSummary.of(record) {
      try state.events?.add(summary, step: record.update, time: time())
    }
  }

  // MARK: The end

  /// Writes the run's report page, and its pictures among TensorBoard's events.
  public func write(_ report: RunReport) throws {
    try AtomicFile.write(report.page, to: "\(folder)/\(RunReport.fileName)")
    try state.withLock { state in
      guard let events = state.events else { return }
      for summary in try EventSummary.pictures(of: report) {
        try events.add(summary, step: state.progress.update, time: time())
      }
    }
  }
}

extension RunRecord {
  fileprivate func saying(_ text: String) -> RunRecord {
    var record = self
    record.text = text
    return record
  }
}

extension TrainingEvent {
  /// How far the run was; nil where the event does not say.
  var progress: TrainingProgress? {
    switch self {
    case .step(let step): step.progress
    case .epoch(let epoch): epoch.progress
    case .validation(let look): look.progress
    case .checkpoint(let saved): saved.progress
    case .stopped(_, let progress): progress
    case .warning: nil
    }
  }
}
