/// A trained model in one safetensors file: enough to run, test and fine-tune it.
///
///     let file = try ModelFile(path: "best.safetensors")
///     let predictor = try Predictor(file.model, parameters: file.parameters)
///
/// Its tensors are exactly the state dictionary of the equivalent PyTorch module, so that
/// `module.load_state_dict(safetensors.torch.load_file(path))` takes it; everything else is metadata.
public struct ModelFile: Sendable {
  /// The network. Which of its parameters are frozen is a matter of training and not kept, apart from
  /// layers that say so themselves.
  public var model: Model
  /// Its numbers.
  public var parameters: Parameters
  /// The names of the classes, as many as the first head has numbers; or none.
  public var classes: [String]
  /// How it was trained.
  public var record: TrainingRecord?
  /// Under which terms it may be used.
  public var licence: String?
  /// Where it comes from: who made it, from whose data.
  public var origin: String?
  /// How many batches its batch normalisations have seen: PyTorch's `num_batches_tracked`.
  public var batchesTracked: Int

  /// A model as it is now.
  public init(
    _ model: Model, parameters: Parameters, classes: [String] = [], record: TrainingRecord? = nil,
    licence: String? = nil, origin: String? = nil, batchesTracked: Int = 0
  ) {
    self.model = model
    self.parameters = parameters
    self.classes = classes
    self.record = record
    self.licence = licence
    self.origin = origin
    self.batchesTracked = batchesTracked
  }

  /// Reads a file, all of it checked: one line says what is wrong with it.
  public init(path: String) throws { try self.init(Safetensors(path: path)) }

  /// The same from bytes in memory; `name` stands for the path in messages.
  public init(bytes: [UInt8], name: String = "model") throws {
    try self.init(Safetensors(bytes: bytes, name: name))
  }

  /// The same from a file that is open.
  public init(_ file: Safetensors) throws {
    let about = try ModelMetadata(file)
    try Parameters.check(file, about.model.parameters)
    try about.checkWeights(of: file)
    let parameters = Parameters(for: about.model)
    try parameters.fill(from: file)
    self.init(
      about.model, parameters: parameters, classes: about.classes, record: about.record,
      licence: about.licence, origin: about.origin,
      batchesTracked: try Parameters.batchesTracked(file))
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws {
    let part = try part()
    try Safetensors.write(part.tensors, metadata: part.metadata, to: path)
  }

  /// The bytes of the file.
  public func bytes() throws -> [UInt8] {
    let part = try part()
    return try Safetensors.encode(part.tensors, metadata: part.metadata)
  }

  /// Its tensors and metadata: what a checkpoint takes.
  public func part() throws -> Checkpoint.Part {
    let tensors = try parameters.tensors(batchesTracked: batchesTracked)
    return Checkpoint.Part(tensors, metadata: try ModelMetadata(self).entries(tensors))
  }
}
