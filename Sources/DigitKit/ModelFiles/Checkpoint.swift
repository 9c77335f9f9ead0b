/// All that a run needs to go on as if it had never stopped: the model as anyone may use it, and beside
/// it what only a resume wants.
public struct Checkpoint: Sendable {
  /// A file's worth of tensors and metadata.
  public struct Part: Sendable {
    /// The tensors.
    public var tensors: [StoredTensor]
    /// The metadata.
    public var metadata: [String: String]

    /// A part.
    public init(_ tensors: [StoredTensor], metadata: [String: String] = [:]) {
      self.tensors = tensors
      self.metadata = metadata
    }
  }

  /// PyTorch's state dictionary, with architecture, preparation, classes and record as metadata.
  public var model: Part
  /// Optimiser, average, counters.
  public var state: Part
  /// Updates done: the later of two checkpoints has more.
  public var update: Int

  /// A checkpoint.
  public init(model: Part, state: Part, update: Int) {
    self.model = model
    self.state = state
    self.update = update
  }
}

/// A checkpoint as found on disk.
public struct StoredCheckpoint: Sendable {
  /// The model's file.
  public let model: Safetensors
  /// The state's file.
  public let state: Safetensors
  /// Updates done.
  public let update: Int
  let mark: String

  /// Throws if the weights are not those that the mark was made from.
  func verify() throws(FileError) {
    var sum = Checksum()
    for name in model.names.sorted() { sum.add(try model.bytes(name)) }
    guard mark == "\(update)-\(sum.text)" else {
      throw FileError(
        model.path, .malformed,
        "its weights do not have the checksum that was written with them: they are damaged")
    }
  }
}

/// When a checkpoint of the last state is due: whichever comes first.
public struct CheckpointPolicy: Sendable, Equatable, Codable {
  /// After so many epochs.
  public var epochs: Int?
  /// After so many updates.
  public var updates: Int?
  /// After so many seconds.
  public var seconds: Double?

  /// Every epoch, unless told otherwise.
  public init(epochs: Int? = 1, updates: Int? = nil, seconds: Double? = nil) {
    self.epochs = epochs
    self.updates = updates
    self.seconds = seconds
  }

  /// Whether one is due, so many updates and seconds after the last one. `finishedEpochs` is not nil when
  /// an epoch has just ended: how many have, in all.
  public func isDue(updatesSince: Int, secondsSince: Double, finishedEpochs: Int?) -> Bool {
    if let updates, updates > 0, updatesSince >= updates { return true }
    if let seconds, secondsSince >= seconds { return true }
    if let epochs, epochs > 0, let finishedEpochs { return finishedEpochs % epochs == 0 }
    return false
  }
}
