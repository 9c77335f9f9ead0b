import Testing

@testable import DigitKit

@Suite struct RunStoppingTests {
  private func run(
    _ budget: Budget, _ also: @escaping @Sendable (TrainingEvent) -> CallbackAnswer = { _ in .goOn }
  ) throws -> TrainingResult {
    var setup = configuration(.adam(rate: 1e-2))
    setup.budget = budget
    return try Trainer(cornerNet(), setup, training: corners(64), validation: corners(32, seed: 2))
      .run(also)
  }

  @Test func budgetsEndARun() throws {
    let updates = try run(Budget(updates: 6))
    #expect(updates.reason == .updates && updates.progress.update == 6)
    let time = try run(Budget(seconds: 0.05))
    #expect(time.reason == .time && time.progress.seconds >= 0.05 && time.progress.seconds < 5)
    let accuracy = try run(Budget(epochs: 100, accuracy: 0.9))
    guard case .accuracy(let reached) = accuracy.reason else {
      Issue.record("\(accuracy.reason)")
      return
    }
    #expect(reached >= 0.9 && accuracy.progress.epoch < 100)
    let asked = try run(Budget(epochs: 9)) { event in
      if case .step(let step) = event, step.progress.update == 3 { return .stop }
      return .goOn
    }
    #expect(asked.reason == .callback && asked.progress.update == 3)
  }

  @Test func whatACallbackThrowsEndsTheRun() throws {
    struct Mine: Error {}
    let trainer = try Trainer(cornerNet(), configuration(), training: corners(64))
    #expect(throws: Mine.self) { try trainer.run { _ in throw Mine() } }
  }

  /// A rate that is far too high after some epochs makes it worse, so that an earlier epoch is the best.
  @Test func earlyStoppingBringsTheBestBack() throws {
    var setup = configuration(.sgd(rate: 0.05), epochs: 50)
    setup.pace = .epoch
    setup.schedule = .step(every: 4, factor: 20)
    setup.earlyStopping = EarlyStopping(patience: 2)
    let validation = try corners(64, seed: 2)
    let diary = Diary()
    let result = try Trainer(
      cornerNet(), setup, training: corners(96), validation: validation
    ).run(diary.callback)
    #expect(result.reason == .noProgress)
    let losses = diary.looks.map(\.loss)
    let lowest = try #require(losses.min())
    #expect(result.best == lowest && losses.last != lowest)
    #expect(diary.looks.count - 4 == losses.firstIndex(of: lowest))
    let measured = try Evaluator(cornerNet(), parameters: result.parameters)
      .measure(LabelledData(validation))
    #expect(measured.loss == lowest)
  }

  @Test func thePlateauLowersTheRate() throws {
    var setup = configuration(.sgd(rate: 0), epochs: 4)
    setup.optimiser = .sgd(rate: 1e-12)
    setup.plateau = Plateau(factor: 0.5, patience: 0)
    let diary = Diary()
    try Trainer(cornerNet(), setup, training: corners(32), validation: corners(32)).run(
      diary.callback)
    let rates = diary.events.compactMap { event -> Double? in
      if case .step(let step) = event { step.rate } else { nil }
    }
    #expect(rates.first == Double(Float(1e-12)) && rates.last.map { $0 < 0.6e-12 } == true)
    #expect(!diary.warnings.isEmpty)
  }

  @Test func exponentialAverageIsThatOfTheSteps() throws {
    var setup = configuration(.sgd(rate: 0.1))
    setup.average = .exponential(decay: 0.8)
    setup.budget = Budget(updates: 1)
    var wanted: [Float] = []
    for updates in 1...5 {
      setup.average = nil
      setup.budget = Budget(updates: updates)
      let weights = try Trainer(cornerNet(), setup, training: corners(96)).run().parameters
        .values(of: "dense1.weight")
      wanted = updates == 1 ? weights : zip(wanted, weights).map { 0.8 * $0 + 0.2 * $1 }
    }
    setup.average = .exponential(decay: 0.8)
    let found = try Trainer(cornerNet(), setup, training: corners(96)).run().parameters
    #expect(zip(try found.values(of: "dense1.weight"), wanted).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// The averaged network's statistics are those that its own batches have, not an average of old ones.
  @Test func stochasticAverageGathersItsStatistics() throws {
    var setup = configuration(.sgd(rate: 0.1), batch: 96, epochs: 6)
    setup.average = .stochastic(start: 2, every: 1)
    let set = try corners(96)
    let model = try cornerNet(norm: true)
    let found = try Trainer(model, setup, training: set).run().parameters
    // One batch holds the whole set: its statistics are the set's.
    let plan = try model.plan(.predict([.layer("conv1")]), batch: 96)
    let runner = try Runner(plan, parameters: found)
    try runner.run(
      ["input": DataArray(bytes: Array(set.pixels), valuesPerItem: 144)],
      indices: (0..<96).map(Int64.init)
    )
    let values = try runner.result("conv1", images: 96)
    let mean = try found.values(of: "norm1.running_mean")
    for channel in 0..<8 {
      let own = stride(from: channel, to: values.count, by: 8).map { Double(values[$0]) }
      #expect(isClose(Double(mean[channel]), own.reduce(0, +) / Double(own.count), 1e-4))
    }
  }
}
