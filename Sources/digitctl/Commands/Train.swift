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
private let calibrate = Flag(
  "--calibrate",
  "also write the final model with its confidence corrected by the pictures set aside")
private let origin = Flag("--origin", .text, "TEXT", "where the model comes from, for its file")
private let licence = Flag(
  "--licence", .text, "TEXT", "under which terms it may be used, for its file")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are")
private let out = Flag(
  "--out", short: "-o", .folder, "FOLDER", "the run's folder; runs/<model>-1 and so on")
private let resume = Flag(
  "--resume", .folder, "RUN", "go on with an interrupted run, as it was told to go")
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
  flags: [data, also, model, start, validation] + TrainingFlags.all
    + [calibrate, origin, licence, threads, out, resume, force, json] + DataInput.flags,
  examples: [
    .init("train", "lenet5 on MNIST: a few seconds"),
    .init(
      "train --model keras-cnn --epochs 5 --augment digits", "another network, with augmentation"),
    .init(
      "train --data pictures/ --val 500 --patience 3", "a folder of pictures, one folder a class"),
    .init("train --stop-at 0.99 --time-limit 60s", "no longer than it takes"),
    .init("train --init runs/lenet5-1 --data mine/ --freeze 'conv*'", "go on from a trained model"),
    .init("train --resume runs/lenet5-1", "go on after an interruption"),
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
    let set = try DataInput.read(asked[data] ?? DataInput.usual(.training, asked.console), asked)
    pictures = try TrainingData(
      set, and: asked[also].map { try DataInput.read($0, asked) }, aside: asked[validation],
      seed: asked[TrainingFlags.seed])
    var choice = try ModelChoice(
      asked[model], start: asked[start], classes: pictures.training.images.classes)
    try choice.changeLoss(asked, pictures.training)
    self.choice = choice
    configuration = try TrainingFlags.configuration(asked, pictures: pictures.training.count)
    if asked[calibrate] { try CalibratedModel.check(choice.model, pictures.validation) }
    folder =
      try resuming ?? RunFolder.new(asked[out], model: choice.model.name, force: asked[force])
  }

  func run() throws -> ExitCode {
    let trainer = try Trainer(
      choice.model, configuration, training: pictures.training, validation: pictures.validation,
      parameters: choice.parameters, folder: folder.path, threads: asked[threads], notes: notes)
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
    var outcome = Outcome(result, report, folder: folder, model: choice.model)
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
      classes: pictures.set.classNames, data: pictures.description, licence: asked[licence],
      origin: asked[origin])
  }

  private var description: RunDescription {
    RunDescription(
      command: ShellWords.joined(["digitctl"] + asked.arguments), model: choice.model,
      data: RunDescription.Pictures(
        name: pictures.set.name, training: pictures.training.count,
        validation: pictures.validation?.count ?? 0, classes: pictures.set.classNames),
      configuration: configuration, flags: asked.flagsGiven)
  }

  private var opening: String {
    let trainedOn = "\(grouped(pictures.training.count)) pictures of \(pictures.set.name)"
    let aside = pictures.validation.map { ", \(grouped($0.count)) set aside to choose by" } ?? ""
    return
      "\(choice.model.name), \(grouped(choice.model.parameterCount)) parameters, on \(trainedOn)\(aside)"
  }
}

/// What a run came to.
private struct Outcome: Codable {
  var folder: String
  var report: String
  var model: String
  var parameters: Int
  var reason: String
  var epochs: Int
  var updates: Int
  var seconds: Double
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
