import Testing

@testable import DigitKit

/// A run that is interrupted and goes on is the run that never was: weights, optimiser, losses, all bits.
@Suite struct ResumeTests {
  private func trainer(_ setup: TrainingConfiguration, _ folder: String) throws -> Trainer {
    try Trainer(
      cornerNet(norm: true, dropout: true), setup,
      training: LabelledData(corners(100), indices: Array(10..<100)),
      validation: LabelledData(corners(40, seed: 3)), folder: folder, threads: 2)
  }

  private struct Trace: Equatable {
    var losses: [Double] = []
    var looks: [Double] = []
    var weights: [UInt32] = []
    var model: [UInt8] = []
    var state: [String: [Float]] = [:]
    var reason = StopReason.epochs
    var best: Double?
  }

  /// Runs to the end, cancelled after each of these updates and begun anew.
  private func run(_ setup: TrainingConfiguration, interruptedAt stops: [Int]) throws -> Trace {
    let folder = try TemporaryFolder()
    var trace = Trace()
    for stop in stops + [Int.max] {
      let trainer = try trainer(setup, folder.path)
      let diary = Diary { event in
        if case .step(let step) = event, step.progress.update == stop { trainer.cancel() }
        return .goOn
      }
      let result = try trainer.run(resumes: true, diary.callback)
      #expect((result.reason == .cancelled) == (stop != Int.max))
      #expect(diary.warnings.allSatisfy { $0.hasPrefix("no progress") })
      trace.losses += diary.losses
      trace.looks += diary.looks.map(\.loss)
      trace.weights = result.parameters.bits
      trace.reason = result.reason
      trace.best = result.best
    }
    let store = try CheckpointStore(folder: folder.path)
    let stored = try #require(try store.loadLast())
    trace.model = try read(store.lastPath)
    for name in stored.state.names { trace.state[name] = try stored.state.floats(name) }
    return trace
  }

  @Test func everythingThatHasAMemoryComesBack() throws {
    var setup = configuration(.adam(rate: 1e-2), batch: 8, epochs: 12)
    setup.accumulation = Accumulation(batches: 3)
    setup.average = .exponential(decay: 0.9)
    setup.plateau = Plateau(factor: 0.5, patience: 0, threshold: 0.5)
    setup.earlyStopping = EarlyStopping(patience: 1, margin: 0.1)
    setup.penalties = [L1Penalty(1e-5)]
    setup.clipping = Clipping(norm: 1)
    setup.schedule = .warmUp(steps: 5, then: .cosine(steps: 60))
    let whole = try run(setup, interruptedAt: [])
    // Four updates an epoch: in the middle of one, at the end of one, and twice in another.
    let broken = try run(setup, interruptedAt: [2, 4, 9, 11])
    #expect(whole.reason == .noProgress)
    #expect(whole == broken)
  }

  @Test func augmentationAndMixupDrawAgainWhatTheyDrew() throws {
    var setup = configuration(.adam(rate: 1e-2), batch: 8, epochs: 2)
    setup.augmentation = Augmentation(
      Augmentation.Kind.allCases.map { .init($0, $0.example / 4) })
    setup.accumulation = Accumulation(batches: 2)
    #expect(try run(setup, interruptedAt: []) == run(setup, interruptedAt: [1, 4, 7]))
  }

  @Test(arguments: [Optimiser.nesterov(rate: 0.02), .muon(Muon(rate: 0.01))])
  func fusedUpdatesToo(_ optimiser: Optimiser) throws {
    var setup = configuration(optimiser, batch: 8, epochs: 2)
    setup.average = .stochastic(start: 5, every: 2)
    setup.sampling = .balanced
    #expect(try run(setup, interruptedAt: []) == run(setup, interruptedAt: [1, 12, 17]))
  }

  @Test func weightedDrawsToo() throws {
    var setup = configuration(.momentum(rate: 0.02), batch: 8, epochs: 2)
    setup.sampling = .classWeights([1, 2, 3, 4])
    #expect(try run(setup, interruptedAt: []) == run(setup, interruptedAt: [3, 11]))
  }

  @Test func checkpointsByUpdateAndTimeAreTheSameRun() throws {
    var setup = configuration(.momentum(rate: 0.02), batch: 8, epochs: 2)
    let whole = try run(setup, interruptedAt: [])
    // As if killed: the last checkpoint is some updates old.
    let folder = try TemporaryFolder()
    setup.checkpoints = CheckpointPolicy(epochs: nil, updates: 5)
    struct Killed: Error {}
    #expect(throws: Killed.self) {
      try trainer(setup, folder.path).run { event in
        if case .step(let step) = event, step.progress.update == 18 { throw Killed() }
        return .goOn
      }
    }
    #expect(try CheckpointStore(folder: folder.path).loadLast()?.update == 15)
    let result = try trainer(setup, folder.path).run(resumes: true)
    #expect(result.parameters.bits == whole.weights)
    // Over means over.
    let again = try trainer(setup, folder.path).run(resumes: true)
    #expect(
      again.parameters.bits == whole.weights && again.progress.update == result.progress.update)
  }

  // MARK: What does not fit

  @Test func aRunIsNotOverwritten() throws {
    let folder = try TemporaryFolder()
    try trainer(configuration(), folder.path).run()
    let before = try read(folder.path + "/last.safetensors")
    let error = #expect(throws: TrainingError.self) {
      try trainer(configuration(), folder.path).run()
    }
    #expect(error?.message.contains("resume it") == true)
    #expect(try read(folder.path + "/last.safetensors") == before)
  }

  @Test func foreignCheckpointsAreNamedAndKept() throws {
    let folder = try TemporaryFolder()
    try trainer(configuration(), folder.path).run()
    let before = try read(folder.path + "/last.safetensors")
    let state = try read(folder.path + "/last.state.safetensors")
    func message(_ trainer: Trainer) -> String {
      do {
        try trainer.run(resumes: true)
        return "no error"
      } catch { return "\(error)" }
    }
    let other = try Trainer(
      cornerNet(), configuration(), training: corners(100), folder: folder.path)
    #expect(message(other).contains("has also norm1"))
    var setup = configuration(.momentum(rate: 0.1))
    #expect(message(try trainer(setup, folder.path)).contains("conv1.bias.first"))
    setup = configuration()
    setup.seed = 2
    #expect(message(try trainer(setup, folder.path)).contains("seed 1, not 2"))
    let pictures = try Trainer(
      cornerNet(norm: true, dropout: true), configuration(), training: corners(100),
      folder: folder.path)
    #expect(message(pictures).contains("other pictures"))
    #expect(try read(folder.path + "/last.safetensors") == before)
    #expect(try read(folder.path + "/last.state.safetensors") == state)
  }

  @Test func damagedCheckpointsAreOneError() throws {
    let folder = try TemporaryFolder()
    try trainer(configuration(), folder.path).run()
    var bytes = try read(folder.path + "/last.safetensors")
    bytes[bytes.count - 7] ^= 4
    _ = try folder.write(bytes, "last.safetensors")
    let error = #expect(throws: FileError.self) {
      try trainer(configuration(), folder.path).run(resumes: true)
    }
    #expect(error?.reason.contains("damaged") == true)
    #expect(try read(folder.path + "/last.safetensors") == bytes)
  }

  @Test func aChangedConfigurationIsAWarning() throws {
    let folder = try TemporaryFolder()
    var setup = configuration(epochs: 1)
    try trainer(setup, folder.path).run()
    setup.budget = Budget(epochs: 2)
    let same = Diary()
    try trainer(setup, folder.path).run(resumes: true, same.callback)
    #expect(same.warnings.isEmpty && same.epochs.count == 1)
    setup.budget = Budget(epochs: 3)
    setup.optimiser = .adam(rate: 1e-4)
    let changed = Diary()
    try trainer(setup, folder.path).run(resumes: true, changed.callback)
    #expect(changed.warnings.first?.contains("configuration differs") == true)
    // In the middle of an epoch, with batches so large that it has fewer updates than were done.
    setup.budget = Budget(updates: 22)
    setup.batchSize = 16
    #expect(try trainer(setup, folder.path).run(resumes: true).progress.updateInEpoch > 1)
    setup.budget = Budget(epochs: 4)
    setup.batchSize = 90
    #expect(try trainer(setup, folder.path).run(resumes: true).progress.epoch == 4)
  }
}
