import Synchronization

/// Trains a network on labelled pictures.
///
///     let mnist = try MNIST.load(from: folder)
///     let trainer = try Trainer(Zoo.model("lenet5"), training: LabelledData(mnist.training))
///     let result = try trainer.run { event in print(event); return .goOn }
///
/// The same model, configuration and data give the same bits, on any number of threads, debug or release,
/// and whether or not the run was interrupted on the way.
public final class Trainer: Sendable {
  /// What is trained. Parameters that a rule gives the rate 0 are frozen.
  public let model: Model
  /// How.
  public let configuration: TrainingConfiguration
  /// Where checkpoints go; nil: nowhere.
  public let folder: String?
  /// Threads; 0: as many as there are.
  public let threads: Int
  /// What its model files say beside the numbers.
  public let notes: ModelNotes
  let training: any TrainingPictures
  let validation: ModelData?
  let groups: ParameterGroups
  let plan: Plan
  private let first: Parameters?
  private let isCancelled = Atomic<Bool>(false)

  /// Checks everything that can be checked, so that a run does not end by what was known before it began.
  /// `parameters` are where training starts, for fine-tuning; they are copied. Without `validation` the
  /// loss of training stands in wherever progress is judged.
  public convenience init(
    _ model: Model, _ configuration: TrainingConfiguration = TrainingConfiguration(),
    training: LabelledData, validation: LabelledData? = nil, parameters: Parameters? = nil,
    folder: String? = nil, threads: Int = 0, notes: ModelNotes = ModelNotes()
  ) throws {
    try self.init(
      model, configuration, try ModelData(training, for: model), validation, parameters, folder,
      threads, notes)
  }

  /// Digits that are drawn as they are needed, in the memory of a batch; see `DrawnDigits`.
  public convenience init(
    _ model: Model, _ configuration: TrainingConfiguration = TrainingConfiguration(),
    training: DrawnDigits, validation: LabelledData? = nil, parameters: Parameters? = nil,
    folder: String? = nil, threads: Int = 0, notes: ModelNotes = ModelNotes()
  ) throws {
    try self.init(
      model, configuration, try DrawnTraining(training, for: model), validation, parameters,
      folder, threads, notes)
  }

  /// `training` is asked for behind what is wrong with the configuration itself.
  private init(
    _ model: Model, _ configuration: TrainingConfiguration,
    _ training: @autoclosure () throws -> any TrainingPictures, _ validation: LabelledData?,
    _ parameters: Parameters?, _ folder: String?, _ threads: Int, _ notes: ModelNotes
  ) throws {
    try configuration.validate()
    try configuration.checkNames(of: model)
    self.model = model.freezing(by: configuration.rules)
    self.configuration = configuration
    self.training = try training()
    try self.training.check(configuration.sampling)
    self.validation = try validation.map { try ModelData($0, for: model) }
    try configuration.checkGoals(of: model, validates: validation != nil)
    let traits = self.model.parameterTraits
    try TrainingError.expect(!traits.isEmpty, "all parameters of \(model.name) are frozen")
    groups = try ParameterGroups(
      traits, optimiser: configuration.optimiser,
      rules: configuration.rules.filter { $0.rateFactor != 0 },
      decaysBiases: configuration.decaysBiases)
    plan = try self.model.plan(
      .train(configuration.options(groups)), batch: configuration.batchSize)
    first = parameters?.copy()
    self.folder = folder
    self.threads = threads
    self.notes = notes
    if let trouble = model.trouble(withClasses: notes.classes) { throw GraphError(trouble) }
  }

  /// All pictures of a set.
  public convenience init(
    _ model: Model, _ configuration: TrainingConfiguration = TrainingConfiguration(),
    training: ImageSet, validation: ImageSet? = nil, folder: String? = nil, threads: Int = 0
  ) throws {
    try self.init(
      model, configuration, training: LabelledData(training),
      validation: validation.map { try LabelledData($0) }, folder: folder, threads: threads)
  }

  /// Trains until the budget is spent, patience ends, or someone cancels, and waits for it.
  ///
  /// With `resumes` it goes on from the folder's last checkpoint, if there is one; without, a folder that has
  /// one is an error, since it would be lost.
  @discardableResult
  public func run(
    resumes: Bool = false, _ callback: TrainingCallback? = nil
  ) throws -> TrainingResult {
    let answer = Mutex<Result<TrainingResult, any Error>?>(nil)
    let done = Gate()
    try start(resumes, callback) { result in
      answer.withLock { $0 = result }
      done.open()
    }
    done.wait()
    guard let result = answer.withLock({ $0 }) else { throw TrainingError("the run gave nothing") }
    return try result.get()
  }

  /// The same for callers that cannot wait; cancelling their task cancels the run.
  @discardableResult
  public func run(
    resumes: Bool = false, _ callback: TrainingCallback? = nil
  ) async throws -> TrainingResult {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        do {
          try start(resumes, callback) { continuation.resume(with: $0) }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the run under way, or else the next one, after its current update, saved. From any thread; a signal
  /// handler may call it.
  public func cancel() { isCancelled.store(true, ordering: .relaxed) }

  var shouldStop: Bool { isCancelled.load(ordering: .relaxed) }

  /// One copy of the first weights for each run.
  func firstParameters() throws -> Parameters {
    if let first { return first.copy() }
    let parameters = Parameters(for: model)
    parameters.initialise(seed: configuration.seed)
    return parameters
  }

  private func start(
    _ resumes: Bool, _ callback: TrainingCallback?,
    _ finish: @escaping @Sendable (Result<TrainingResult, any Error>) -> Void
  ) throws {
    let began = OwnThread.start {
      let result = Result {
        try self.training.withArrays(threads: self.threads) { arrays in
          try TrainingRun(self, arrays, resumes: resumes, callback ?? { _ in .goOn }).run()
        }
      }
      // Not before the run: a task may be cancelled while its thread is still being made.
      self.isCancelled.store(false, ordering: .relaxed)
      finish(result)
    }
    try TrainingError.expect(began, "the system has no thread left to train on")
  }
}

/// What a run ended with.
public struct TrainingResult: Sendable {
  /// The weights to use: the best ones if early stopping brings them back, otherwise the average if there
  /// is one, otherwise the last. Of a cancelled run always those it had just then.
  public let parameters: Parameters
  /// Why it ended.
  public let reason: StopReason
  /// How far it came.
  public let progress: TrainingProgress
  /// The best validation value (a loss, or an accuracy where that is what was watched).
  public let best: Double?
}
