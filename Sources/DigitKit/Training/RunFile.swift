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
  private let data: ModelData

  init(_ trainer: Trainer) {
    model = trainer.model
    configuration = trainer.configuration
    plan = trainer.plan
    data = trainer.training
  }

  // MARK: Writing

  /// The weights as anyone may use them.
  func model(_ parameters: Parameters, _ state: TrainingState) throws -> Checkpoint.Part {
    var tensors: [StoredTensor] = []
    for info in model.savedParameters {
      tensors.append(StoredTensor(info.name, info.shape, try parameters.values(of: info.name)))
    }
    for name in model.batchCounters {
      tensors.append(StoredTensor(name, [], .integers([Int64(state.batches)])))
    }
    return Checkpoint.Part(
      tensors, metadata: ["digitkit.model": model.name, "digitkit.version": Engine.version])
  }

  func checkpoint(_ runner: Runner, _ state: TrainingState) throws -> Checkpoint {
    var tensors: [StoredTensor] = []
    for slot in plan.stateSlots {
      let shape = try runner.parameters.info(slot.parameter).shape
      tensors.append(StoredTensor(slot.name, shape, try runner.state(slot)))
    }
    var metadata = try state.metadata()
    metadata[RunFile.configurationKey] = try configuration.text()
    metadata[RunFile.dataKey] = fingerprint
    return Checkpoint(
      model: try model(runner.parameters, state), state: .init(tensors, metadata: metadata),
      update: state.progress.update)
  }

  /// Tells one choice of pictures from another.
  private var fingerprint: String {
    var sum = Checksum()
    for index in data.indices {
      withUnsafeBytes(of: Int64(index).littleEndian) { sum.add($0) }
      withUnsafeBytes(of: data.images.labels[index].littleEndian) { sum.add($0) }
    }
    return "\(data.indices.count)-\(sum.text)"
  }

  // MARK: Reading

  /// Takes weights and optimiser from a checkpoint; how far it was. Nothing is changed if it is another's.
  func load(_ stored: StoredCheckpoint, into runner: Runner) throws -> TrainingState {
    let counters = model.batchCounters.map { (name: $0, shape: [Int]()) }
    try check(stored.model, model.savedParameters.map { ($0.name, $0.shape) } + counters)
    let slots = try plan.stateSlots.map {
      (name: $0.name, shape: try runner.parameters.info($0.parameter).shape)
    }
    try check(stored.state, slots)
    let state = try TrainingState(stored.state)
    guard state.progress.isPossible else {
      throw FileError(
        stored.state.path, .malformed, "its counters are not those of a run: it is damaged")
    }
    try TrainingError.expect(
      state.progress.seed == configuration.seed,
      "\(stored.state.path) is of a run with seed \(state.progress.seed), "
        + "not \(configuration.seed): give that seed, or choose another folder")
    try TrainingError.expect(
      stored.state.metadata[RunFile.dataKey] ?? fingerprint == fingerprint,
      "\(stored.state.path) is of a run on other pictures: give the same ones in the same order, "
        + "or choose another folder")
    try fill(runner.parameters, from: stored.model)
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
    let file = try Safetensors(path: path)
    let counters = model.batchCounters.map { (name: $0, shape: [Int]()) }
    try check(file, model.savedParameters.map { ($0.name, $0.shape) } + counters)
    let parameters = Parameters(for: model)
    try fill(parameters, from: file)
    return parameters
  }

  private func fill(_ parameters: Parameters, from file: Safetensors) throws {
    for info in model.savedParameters { try parameters.set(info.name, to: file.floats(info.name)) }
  }

  private func check(_ file: Safetensors, _ wanted: [(name: String, shape: [Int])]) throws {
    if let error = TensorDifferences(file.header, wanted: wanted).error(file.path) { throw error }
  }
}

extension Model {
  /// What files hold: constants come with the loss.
  fileprivate var savedParameters: [ParameterInfo] { parameters.filter { $0.kind != .constant } }

  /// PyTorch counts batches beside each pair of running statistics, and wants the count when it loads.
  fileprivate var batchCounters: [String] {
    let ending = "running_mean"
    return parameters.filter { $0.kind == .statistic && $0.name.hasSuffix(ending) }
      .map { $0.name.dropLast(ending.count) + "num_batches_tracked" }
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
