import DigitKit
import Foundation

/// Runs experiments in a folder, one subfolder a seed. What is done is not done again, what was interrupted
/// goes on.
struct Runs {
  /// What a finished seed left in its folder.
  struct Outcome: Codable {
    var seed: UInt64
    /// On the 10,000 test pictures, once, at the end.
    var testAccuracy: Double
    var testLoss: Double
    var passes: Int
    /// Of training, without the test.
    var seconds: Double
    var parameters: Int
    /// What was chosen by validation.
    var choice: Optimiser?
  }

  var folder: String
  var threads: Int

  /// One seed of an experiment.
  func outcome(of experiment: Experiment, seed: UInt64, in sets: MNIST.Sets) throws -> Outcome {
    let place = "\(folder)/\(experiment.name)/seed-\(seed)"
    let file = place + "/outcome.json"
    if let data = FileManager.default.contents(atPath: file) {
      return try JSONDecoder().decode(Outcome.self, from: data)
    }
    var configuration = experiment.configuration
    configuration.seed = seed
    let choice = try chosen(experiment, sets)
    if let choice { configuration.optimiser = choice }
    configuration.checkpoints = CheckpointPolicy(epochs: 1, seconds: 60)
    let model = try Zoo.model(experiment.network ?? experiment.name)
    let set = try experiment.drawn.map {
      try Synth(seed: seed).images(count: $0, threads: threads)
    }
    let (training, validation) = try parts(of: set ?? sets.training, experiment, seed: seed)
    let trainer = try Trainer(
      model, configuration, training: training, validation: validation, folder: place,
      threads: threads)
    cancelOnInterrupt(trainer)
    let result = try trainer.run(resumes: true) { event in
      report(event, "\(experiment.name), seed \(seed)")
      return .goOn
    }
    if result.reason == .cancelled { throw Interrupted() }
    let measured = try Evaluator(model, parameters: result.parameters, threads: threads)
      .measure(LabelledData(sets.test))
    let outcome = Outcome(
      seed: seed, testAccuracy: measured.accuracy ?? 0, testLoss: measured.loss,
      passes: result.progress.epoch, seconds: result.progress.seconds,
      parameters: model.parameterCount, choice: choice)
    try write(outcome, to: file)
    return outcome
  }

  private func parts(
    of set: ImageSet, _ experiment: Experiment, seed: UInt64
  ) throws -> (LabelledData, LabelledData?) {
    guard experiment.validation > 0 else { return (try LabelledData(set), nil) }
    let split = try Split(stratified: set.labels, validation: experiment.validation, seed: seed)
    return (
      try LabelledData(set, indices: split.training),
      try LabelledData(set, indices: split.validation)
    )
  }

  /// The optimiser with the lowest loss on validation after one pass; the same for all seeds.
  private func chosen(_ experiment: Experiment, _ sets: MNIST.Sets) throws -> Optimiser? {
    guard !experiment.choices.isEmpty else { return nil }
    let file = "\(folder)/\(experiment.name)/choice.json"
    if let data = FileManager.default.contents(atPath: file) {
      return try JSONDecoder().decode(Optimiser.self, from: data)
    }
    let (training, validation) = try parts(of: sets.training, experiment, seed: 0)
    var best: (loss: Double, optimiser: Optimiser)?
    for (number, optimiser) in experiment.choices.enumerated() {
      var configuration = experiment.configuration
      configuration.seed = 0
      configuration.budget = Budget(epochs: 1)
      configuration.optimiser = optimiser
      let trainer = try Trainer(
        try Zoo.model(experiment.name), configuration, training: training, validation: validation,
        folder: "\(folder)/\(experiment.name)/choice-\(number)", threads: threads)
      cancelOnInterrupt(trainer)
      let result = try trainer.run(resumes: true) { event in
        report(event, "\(experiment.name), choice \(number)")
        return .goOn
      }
      if result.reason == .cancelled { throw Interrupted() }
      let evaluator = try Evaluator(
        trainer.model, parameters: result.parameters, threads: threads)
      let loss = try evaluator.measure(try required(validation)).loss
      if best.map({ loss < $0.loss }) ?? true { best = (loss, optimiser) }
    }
    if let best { try write(best.optimiser, to: file) }
    return best?.optimiser
  }

  private func required(_ data: LabelledData?) throws -> LabelledData {
    guard let data else { throw Interrupted() }
    return data
  }

  private func write(_ value: some Encodable, to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try AtomicFile.write(String(decoding: try encoder.encode(value), as: UTF8.self), to: file)
  }
}

/// Ctrl-C: what was done so far is saved, and the next call goes on from there.
struct Interrupted: Error, CustomStringConvertible {
  var description: String { "interrupted; the same command goes on from here" }
}

/// One line per epoch.
func report(_ event: TrainingEvent, _ name: String) {
  switch event {
  case .epoch(let epoch):
    say(
      "\(name): pass \(epoch.progress.epoch), loss \(rounded(epoch.loss, 5)), "
        + "\(rounded(epoch.seconds, 1)) s")
  case .validation(let look):
    say(
      "\(name): validation loss \(rounded(look.loss, 5)), "
        + "accuracy \(rounded(100 * (look.accuracy ?? 0), 2)) %")
  case .warning(let text): say("\(name): \(text)")
  case .step, .checkpoint, .stopped: break
  }
}

func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

func rounded(_ value: Double, _ digits: Int) -> String {
  String(format: "%.\(digits)f", value)
}
