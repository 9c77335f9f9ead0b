#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Between a run and its checkpoint files: names, shapes, and whether a file belongs to this run.
struct RunFile {
  /// Metadata of the state: the configuration that made it.
  static let configurationKey = "digitkit.configuration"
  /// Metadata of the state: which pictures were trained on.
  static let dataKey = "digitkit.data"

  private let model: Model
  private let configuration: TrainingConfiguration
  private let plan: Plan
  private let data: any TrainingPictures
  private let notes: ModelNotes

  init(_ trainer: Trainer) {
    model = trainer.model
    configuration = trainer.configuration
    plan = trainer.plan
    data = trainer.training
    notes = trainer.notes
  }

  // MARK: Writing

  /// The model as anyone may use it: one file, with its architecture and how it came about.
  func model(_ parameters: Parameters, _ state: TrainingState) throws -> Checkpoint.Part {
    let record = TrainingRecord(
      data: notes.data ?? "\(data.count) pictures", seed: state.progress.seed,
      epochs: state.progress.epoch, updates: state.progress.update,
      validationAccuracy: state.accuracy)
    return try ModelFile(
      model, parameters: parameters, classes: notes.classes, record: record,
      licence: notes.licence, origin: notes.origin, batchesTracked: state.batches
    ).part()
  }

  func checkpoint(_ runner: Runner, _ state: TrainingState) throws -> Checkpoint {
    var tensors: [StoredTensor] = []
    for slot in plan.stateSlots {
      let shape = try runner.parameters.info(slot.parameter).shape
      tensors.append(StoredTensor(slot.name, shape, try runner.state(slot)))
    }
    var metadata = try state.metadata()
    metadata[RunFile.configurationKey] = try configuration.text()
    metadata[RunFile.dataKey] = data.fingerprint
    return Checkpoint(
      model: try model(runner.parameters, state), state: .init(tensors, metadata: metadata),
      update: state.progress.update)
  }

  // MARK: Reading

  /// Takes weights and optimiser from a checkpoint; how far it was. Nothing is changed if it is another's.
  func load(_ stored: StoredCheckpoint, into runner: Runner) throws -> TrainingState {
    try Parameters.check(stored.model, model.parameters)
    let slots = try plan.stateSlots.map {
      (name: $0.name, shape: try runner.parameters.info($0.parameter).shape)
    }
    if let error = TensorDifferences(stored.state.header, wanted: slots).error(stored.state.path) {
      throw error
    }
    let state = try TrainingState(stored.state)
    guard state.progress.isPossible else {
      throw FileError(
        stored.state.path, .malformed, "its counters are not those of a run: it is damaged")
    }
    try TrainingError.expect(
      state.progress.seed == configuration.seed,
      "\(stored.state.path) is of a run with seed \(state.progress.seed), "
        + "not \(configuration.seed): give that seed, or choose another folder")
    let fingerprint = data.fingerprint
    try TrainingError.expect(
      stored.state.metadata[RunFile.dataKey] ?? fingerprint == fingerprint,
      "\(stored.state.path) is of a run on other pictures: give the same ones in the same order, "
        + "or choose another folder")
    try runner.parameters.read(from: stored.model)
    for slot in plan.stateSlots {
      try runner.setState(slot, to: stored.state.floats(slot.name))
    }
    return state
  }

  /// A line for the reader where the configuration has changed since: allowed, but another run.
  func warning(_ stored: StoredCheckpoint) throws -> String? {
    guard let text = stored.state.metadata[RunFile.configurationKey],
      let old = try? JSONDecoder().decode(TrainingConfiguration.self, from: Data(text.utf8)),
      old.deciding != configuration.deciding
    else { return nil }
    return "the configuration differs from that of \(stored.state.path): "
      + "the run goes on with the new one, not as it would have"
  }

  /// The weights of `best.safetensors`.
  func best(_ path: String) throws -> Parameters {
    let parameters = Parameters(for: model)
    try parameters.read(from: Safetensors(path: path))
    return parameters
  }
}

extension StateSlot {
  /// Its tensor: `conv1.weight.first`.
  fileprivate var name: String { "\(parameter).\(kind.rawValue)" }
}

extension TrainingConfiguration {
  /// As `config.json` has it.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Without what decides only when a run ends and what it leaves behind.
  fileprivate var deciding: TrainingConfiguration {
    var copy = self
    copy.budget = Budget()
    copy.checkpoints = CheckpointPolicy()
    return copy
  }
}
