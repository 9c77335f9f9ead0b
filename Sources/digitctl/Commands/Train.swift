import DigitKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

private let data = Flag(
  "--data", short: "-d", DataInput.names, "SET",
  DataInput.meaning + "; without it mnist, or synth if that is not there")
private let also = Flag(
  repeated: "--also", DataInput.names, "SET",
  "more pictures to train on, as synth:20000:7; none of them is set aside")
private let model = Flag(
  "--model", short: "-m", .names(Zoo.names), "NAME", default: "lenet5",
  "a network by name, or a JSON file of layers")
private let start = Flag(
  "--init", .file, "FROM", "go on from a trained model: a file, a run's folder, or one that ships")
private let validation = Flag(
  "--val", .share, "PART", default: .part(0.1),
  "pictures set aside to choose by: a part, a number, or none")
private let stream = Flag(
  "--stream",
  "draw digits of synth as they are needed, in the memory of a batch: of itself beyond a million")
private let calibrate = Flag(
  "--calibrate",
  "also write the final model with its confidence corrected by the pictures set aside; where it has "
    + "dropout, with the statistics of its normalisations taken again without it")
private let origin = Flag("--origin", .text, "TEXT", "where the model comes from, for its file")
private let licence = Flag(
  "--licence", .text, "TEXT", "under which terms it may be used, for its file")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are")
private let out = Flag(
  "--out", short: "-o", .folder, "FOLDER", "the run's folder; runs/<model>-1 and so on")
private let resume = Flag(
  "--resume", .folder, "RUN",
  "go on with an interrupted run, as it was told to go but for the flags given now")
private let force = Flag("--force", "write over an earlier run in the same folder")
private let json = Flag("--json", "one JSON object instead of text")

let trainCommand = Command(
  name: "train",
  abstract: "Train a network on labelled pictures.",
  discussion: [
    "A run leaves a folder with its configuration, its best and last model, what a resume needs, and its "
      + "log. Ctrl-C ends it after the update under way, saved; --resume goes on from there, to the same bits.",
    "The pictures to be tested on stay untouched: digitctl test looks at them.",
  ],
  flags: [data, also, stream, model, start, validation] + TrainingFlags.all
    + [calibrate, origin, licence, threads, out, resume, force, json] + DataInput.flags,
  examples: [
    .init("train", "lenet5 on MNIST: a few seconds"),
    .init(
      "train --model keras-cnn --epochs 5 --augment digits", "another network, with augmentation"),
    .init(
      "train --data pictures/ --val 500 --patience 3", "a folder of pictures, one folder a class"),
    .init("train --stop-at 0.99 --time-limit 60s", "no longer than it takes"),
    .init("train --init runs/lenet5-1 --data mine/ --freeze 'conv*'", "go on from a trained model"),
    .init("train --data synth:10M --epochs 1", "ten million drawn digits, none of them kept"),
    .init("train --resume runs/lenet5-1", "go on after an interruption"),
    .init("train --resume runs/lenet5-1 --epochs 20", "or for longer than was asked at first"),
  ],
  takesConfiguration: true
) { invocation in
  guard let run = invocation[resume] else { return try TrainingSession(invocation).run() }
  let folder = try RunFolder.existing(run)
  let asked = try invocation.completed(
    by: ConfigurationFile.read(folder.configuration, for: invocation.command))
  return try TrainingSession(asked, resuming: folder).run()
}

/// One call of `digitctl train`.
private struct TrainingSession {
  let asked: Invocation
  let folder: RunFolder
  let resumes: Bool
  let pictures: TrainingData
  let choice: ModelChoice
  let configuration: TrainingConfiguration

  init(_ asked: Invocation, resuming: RunFolder? = nil) throws {
    self.asked = asked
    resumes = resuming != nil
    // A slip in the network's name is told before any data is read.
    if asked[start] == nil { _ = try NetworkChoice(asked[model]) }
    pictures = try TrainingSession.pictures(asked)
    var choice = try ModelChoice(
      asked[model], start: asked[start], classes: pictures.training.classes)
    try choice.changeLoss(asked, pictures.training)
    self.choice = choice
    var configuration = try TrainingFlags.configuration(asked, pictures: pictures.training.count)
    if case .drawn = pictures.training { configuration.sampling = .inOrder }
    self.configuration = configuration
    if asked[calibrate] { try CalibratedModel.check(choice.model, pictures.validation) }
    folder =
      try resuming ?? RunFolder.new(asked[out], model: choice.model.name, force: asked[force])
  }

  /// Drawn digits are held up to here, which takes 784 MB.
  private static let mostHeld = 1_000_000

  private static func pictures(_ asked: Invocation) throws -> TrainingData {
    let name = asked[data] ?? DataInput.usual(.training, asked.console)
    let digits = try DataInput.digits(name)
    if asked[stream], digits == nil {
      throw UsageError(
        message: "--stream is for drawn digits, as --data synth:10M; \(name) is read")
    }
    if let digits, asked[stream] || digits.count > mostHeld {
      return try streamed(digits, asked)
    }
    return try TrainingData(
      DataInput.read(name, asked), and: asked[also].map { try DataInput.read($0, asked) },
      aside: asked[validation], seed: asked[TrainingFlags.seed])
  }

  private static func streamed(_ digits: DrawnDigits, _ asked: Invocation) throws -> TrainingData {
    let held = "digits are held only up to \(grouped(mostHeld)), and without --stream"
    guard asked[also].isEmpty, !asked[DataInput.prepare] else {
      throw UsageError(message: "--also and --prepare need digits that are held: \(held)")
    }
    guard !asked.isGiven(TrainingFlags.sampling) || asked[TrainingFlags.sampling] == .inOrder else {
      throw UsageError(
        message:
          "--sampling \(asked[TrainingFlags.sampling].rawValue) needs digits that are held: \(held)"
      )
    }
    asked.console.note("digits are drawn as they are needed, and come in their order")
    // A part of them would have to be held.
    let aside =
      asked.isGiven(validation)
      ? asked[validation] : asked[validation].atMost(10_000, of: digits.count)
    return try TrainingData(digits, aside: aside)
  }

  private func trainer() throws -> Trainer {
    switch pictures.training {
    case .held(let data):
      try Trainer(
        choice.model, configuration, training: data, validation: pictures.validation,
        parameters: choice.parameters, folder: folder.path, threads: asked[threads], notes: notes)
    case .drawn(let digits):
      try Trainer(
        choice.model, configuration, training: digits, validation: pictures.validation,
        parameters: choice.parameters, folder: folder.path, threads: asked[threads], notes: notes)
    }
  }

  func run() throws -> ExitCode {
    let trainer = try trainer()
    asked.console.note(opening)
    let log = RunLog(folder: folder.path, description)
    let display = TrainingDisplay(
      configuration, pictures: pictures.training.count, console: asked.console)
    let result = try writing {
      try trainer.run(resumes: resumes) { event in
        display.show(event)
        try log.receive(event)
        if Interrupts.wanted { trainer.cancel() }
        return .goOn
      }
    }
    let report = try RunReport(folder: folder.path)
    try writing { try log.write(report) }
    if result.reason == .cancelled {
      throw Interrupted(
        message:
          "interrupted; \(folder.path) is saved: go on with digitctl train --resume \(folder.path)")
    }
    var outcome = TrainingOutcome(result, report, folder: folder, model: choice.model)
    if asked[calibrate], let validation = pictures.validation {
      let calibrated = try CalibratedModel(
        of: result, in: folder, training: pictures.training, validation: validation,
        threads: asked[threads])
      outcome.temperature = calibrated.temperature
    }
    try asked.console.out(asked[json] ? try outcome.json : outcome.text)
    return .done
  }

  private var notes: ModelNotes {
    ModelNotes(
      classes: pictures.classNames, data: pictures.description, licence: asked[licence],
      origin: asked[origin])
  }

  private var description: RunDescription {
    // What concerns one call alone stays out: whoever trains by the configuration begins a run of their own, and writes
    // over none unless they say so.
    let ofThisCall = [resume.description.key, force.description.key]
    return RunDescription(
      command: ShellWords.joined(["digitctl"] + asked.arguments), model: choice.model,
      data: RunDescription.Pictures(
        name: pictures.name, training: pictures.training.count,
        validation: pictures.validation?.count ?? 0, classes: pictures.classNames),
      configuration: configuration,
      flags: asked.flagsGiven.filter { !ofThisCall.contains($0.key) })
  }

  private var opening: String {
    let trainedOn = "\(grouped(pictures.training.count)) pictures of \(pictures.name)"
    let aside = pictures.validation.map { ", \(grouped($0.count)) set aside to choose by" } ?? ""
    return
      "\(choice.model.name), \(grouped(choice.model.parameterCount)) parameters, on \(trainedOn)\(aside)"
  }
}

/// What a run came to.
struct TrainingOutcome: Codable {
  var folder: String
  var report: String
  var model: String
  var parameters: Int
  var reason: String
  var epochs: Int
  var updates: Int
  var seconds: Double
  /// The most memory that the process took, in bytes; nil where the system does not say.
  var peakMemory: Int?
  /// On validation; nil without.
  var bestLoss: Double?
  var bestAccuracy: Double?
  /// What logits were divided by in `calibrated.safetensors`.
  var temperature: Double?

  init(_ result: TrainingResult, _ page: RunReport, folder: RunFolder, model: Model) {
    self.folder = folder.path
    report = folder.report
    self.model = model.name
    parameters = model.parameterCount
    reason = result.reason.inWords
    epochs = result.progress.epoch
    updates = result.progress.update
    seconds = result.progress.seconds
    peakMemory = PeakMemory.ofThisProcess
    bestLoss = page.best?.loss
    bestAccuracy = page.best?.accuracy
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  var text: String {
    let best = bestAccuracy.map { ", best \(Numbers.fixed(100 * $0, 2)) % on validation" } ?? ""
    let corrected = temperature.map { "\ncalibrated: temperature \(Numbers.fixed($0, 3))" } ?? ""
    return """
      \(model): \(reason) after \(counted(epochs, "epoch")), \(Numbers.fixed(seconds, 1)) s\(best)\(corrected)
      report   \(report)
      test it  digitctl test \(folder)
      """
  }
}

extension StopReason {
  /// For a person.
  fileprivate var inWords: String {
    switch self {
    case .epochs, .updates: "all done"
    case .time: "the time was over"
    case .accuracy(let reached): "reached \(Numbers.fixed(100 * reached, 2)) % on validation"
    case .noProgress: "no longer got better"
    case .callback, .cancelled: "stopped"
    }
  }
}
