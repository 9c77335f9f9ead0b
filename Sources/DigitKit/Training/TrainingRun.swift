/// One run of a trainer: the loop over epochs, on the run's own thread.
final class TrainingRun {
  let trainer: Trainer
  let arrays: BatchArrays
  let parameters: Parameters
  let runner: Runner
  var state: TrainingState
  /// The average of the weights, as a network of its own.
  let average: AveragedModel?
  private let store: CheckpointStore?
  private let callback: TrainingCallback
  private let evaluator: Evaluator?
  private var best: Parameters?
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var secondsBefore = 0.0
  /// The last checkpoint.
  private var saved = (update: 0, seconds: 0.0)
  /// Whether nothing happened since then.
  private var isSaved = false
  /// The update of the last validation.
  private var validated = 0
  /// L1 acts on these.
  let penalised: [PenalisedParameter]

  var configuration: TrainingConfiguration { trainer.configuration }

  init(
    _ trainer: Trainer, _ arrays: BatchArrays, resumes: Bool,
    _ callback: @escaping TrainingCallback
  ) throws {
    self.trainer = trainer
    self.arrays = arrays
    self.callback = callback
    store = try trainer.folder.map { try CheckpointStore(folder: $0) }
    parameters = try trainer.firstParameters()
    runner = try Runner(trainer.plan, parameters: parameters, threads: trainer.threads)
    state = TrainingState(trainer.configuration)
    penalised = PenalisedParameter.all(of: trainer.model, trainer.configuration.penalties)
    let current = parameters
    let average = trainer.configuration.average.map { AveragedModel($0, trainer, current) }
    self.average = average
    evaluator = try trainer.validation.map { _ in
      try Evaluator(
        trainer.model, sharing: average?.parameters ?? current, batch: Evaluator.usualBatch,
        threads: trainer.threads)
    }
    began = clock.now
    if let stored = try store?.loadLast() { try goOn(from: stored, resumes) }
  }

  private func goOn(from stored: StoredCheckpoint, _ resumes: Bool) throws {
    try TrainingError.expect(
      resumes,
      "\(trainer.folder ?? "") holds a run of \(stored.update) updates: resume it, "
        + "or choose another folder")
    let file = RunFile(trainer)
    state = try file.load(stored, into: runner)
    secondsBefore = state.progress.seconds
    saved = (state.progress.update, secondsBefore)
    validated = state.progress.update
    isSaved = true
    if let warning = try file.warning(stored) { _ = try callback(.warning(warning)) }
  }

  // MARK: The loop

  func run() throws -> TrainingResult {
    var reason = over
    while reason == nil { reason = try epoch() }
    return try finish(reason ?? .epochs)
  }

  /// Why the run should end between epochs.
  private var over: StopReason? {
    if state.earlyStopping?.isOver == true { return .noProgress }
    return configuration.budget.spent(
      state.progress, seconds: state.progress.seconds, accuracy: state.accuracy)
  }

  /// The rest of the epoch under way. Not nil: the run ends here.
  private func epoch() throws -> StopReason? {
    let start = seconds
    let batches = try trainer.training.batches(configuration, epoch: state.progress.epoch)
    try TrainingError.expect(
      batches.count > 0,
      "no batch of \(batches.size) can be filled from \(batches.pictureCount) pictures")
    let updates = configuration.accumulation.updates(batchesInEpoch: batches.count)
    // With larger batches than before the resume, an epoch may have fewer updates than were done.
    for number in min(state.progress.updateInEpoch, updates)..<updates {
      isSaved = false
      var step = try update(number, batches)
      state.progress.seconds = seconds
      step.progress.seconds = state.progress.seconds
      let wants = try callback(.step(step))
      if trainer.shouldStop { return .cancelled }
      if wants == .stop { return .callback }
      // What the last update leads to is decided behind the epoch: its validation belongs to it.
      if number == updates - 1 { break }
      if let reason = over { return reason }
      try saveIfDue(finishedEpochs: nil)
    }
    return try endEpoch(seconds: seconds - start)
  }

  private func endEpoch(seconds took: Double) throws -> StopReason? {
    let loss = state.lossWeight > 0 ? state.lossSum / state.lossWeight : 0
    let accuracy = state.lossWeight > 0 ? state.correct.map { $0 / state.lossWeight } : nil
    isSaved = false
    state.progress.finishEpoch()
    state.progress.seconds = seconds
    state.lossSum = 0
    state.lossWeight = 0
    state.correct = nil
    var wants = try callback(
      .epoch(.init(progress: state.progress, loss: loss, seconds: took, accuracy: accuracy)))
    let (measured, answer) = try validate(trainingLoss: loss)
    if answer == .stop { wants = .stop }
    try watch(loss: measured?.loss ?? loss, accuracy: measured?.accuracy)
    try saveIfDue(finishedEpochs: state.progress.epoch)
    if trainer.shouldStop { return .cancelled }
    return wants == .stop ? .callback : over
  }

  /// Plateau and patience learn how it goes.
  private func watch(loss: Double, accuracy: Double?) throws {
    func value(_ goal: Goal) -> Double { goal == .lower ? loss : accuracy ?? .nan }
    if let goal = state.plateau?.goal, state.plateau?.observe(value(goal)) == true {
      let factor = state.plateau?.current ?? 1
      _ = try callback(.warning("no progress: the rate goes on at \(factor) of what it was"))
    }
    let epoch = state.progress.epoch
    if let goal = state.earlyStopping?.goal {
      _ = state.earlyStopping?.observe(value(goal), epoch: epoch)
    }
  }

  // MARK: Validation

  /// Looks at the validation pictures, and keeps the weights if they are the best so far.
  private func validate(
    trainingLoss: Double?
  ) throws -> (StepResult?, CallbackAnswer) {
    try average?.refresh(from: runner, after: state.progress, arrays)
    validated = state.progress.update
    let measured = try trainer.validation.flatMap { try evaluator?.measure($0) }
    state.accuracy = measured?.accuracy ?? state.accuracy
    let goal = configuration.goal(for: trainer.model, validates: measured != nil)
    guard let value = goal == .lower ? measured?.loss ?? trainingLoss : measured?.accuracy else {
      return (measured, .goOn)
    }
    let isBest =
      value.isFinite && (state.best.map { goal.isBetter(value, than: $0) } ?? true)
    if isBest { try keepBest(value) }
    guard let measured else { return (nil, .goOn) }
    state.progress.seconds = seconds
    let answer = try callback(
      .validation(
        .init(
          progress: state.progress, loss: measured.loss, accuracy: measured.accuracy,
          isBest: isBest)))
    return (measured, answer)
  }

  private func keepBest(_ value: Double) throws {
    let weights = average?.parameters ?? parameters
    state.best = value
    isSaved = false
    if configuration.earlyStopping?.restoresBest == true { best = weights.copy() }
    guard let store else { return }
    try checkNumbers(of: weights)
    try store.saveBest(RunFile(trainer).model(weights, state))
    _ = try callback(.checkpoint(.init(path: store.bestPath, progress: state.progress)))
  }

  // MARK: Checkpoints

  private var seconds: Double { secondsBefore + (clock.now - began) / .seconds(1) }

  private func saveIfDue(finishedEpochs: Int?) throws {
    state.progress.seconds = seconds
    let policy = configuration.checkpoints
    if policy.isDue(
      updatesSince: state.progress.update - saved.update,
      secondsSince: state.progress.seconds - saved.seconds, finishedEpochs: finishedEpochs)
    {
      try save()
    }
  }

  private func save() throws {
    state.progress.seconds = seconds
    saved = (state.progress.update, state.progress.seconds)
    isSaved = true
    guard let store else { return }
    try checkNumbers(of: parameters)
    try store.saveLast(RunFile(trainer).checkpoint(runner, state))
    _ = try callback(.checkpoint(.init(path: store.lastPath, progress: state.progress)))
  }

  /// The last checkpoint that is there.
  var lastGood: String? { (try? store?.loadLast()) != nil ? store?.lastPath : nil }

  // MARK: The end

  private func finish(_ reason: StopReason) throws -> TrainingResult {
    let interrupted = reason == .cancelled
    if !interrupted, validated < state.progress.update { _ = try validate(trainingLoss: nil) }
    if !isSaved { try save() }
    state.progress.seconds = seconds
    _ = try callback(.stopped(reason, state.progress))
    return TrainingResult(
      parameters: interrupted ? parameters : try chosen(), reason: reason,
      progress: state.progress, best: state.best)
  }

  private func chosen() throws -> Parameters {
    if configuration.earlyStopping?.restoresBest == true, state.best != nil {
      if let best { return best }
      // Found before the run was resumed.
      if let store { return try RunFile(trainer).best(store.bestPath) }
    }
    guard let average else { return parameters }
    try average.refresh(from: runner, after: state.progress, arrays)
    return average.parameters
  }
}
