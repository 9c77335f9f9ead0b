import Testing

@testable import DigitKit

@Suite struct TrainerTests {
  @Test(arguments: [
    Optimiser.sgd(rate: 0.1), .momentum(rate: 0.05), .nesterov(rate: 0.05), .adam(rate: 3e-3),
    .adamW(rate: 3e-3), .adagrad(Adagrad(rate: 0.02)), .rmsprop(RMSprop(rate: 1e-3)),
    .muon(Muon(rate: 0.02)),
  ])
  func everyOptimiserLowersTheLoss(_ optimiser: Optimiser) throws {
    let diary = Diary()
    let trainer = try Trainer(
      cornerNet(), configuration(optimiser, epochs: 3), training: corners(160))
    try trainer.run(diary.callback)
    let losses = diary.epochs.map(\.loss)
    #expect(losses.count == 3)
    #expect(losses[2] < 0.7 * losses[0], "\(losses)")
  }

  @Test func eventsComeInOrderAndTheLastBatchMayBeSmall() throws {
    let diary = Diary()
    let trainer = try Trainer(
      cornerNet(), configuration(epochs: 2), training: corners(40), validation: corners(20))
    let result = try trainer.run(diary.callback)
    let kinds = diary.events.map {
      switch $0 {
      case .step(let step): "step \(step.images)"
      case .epoch: "epoch"
      case .validation: "validation"
      case .checkpoint: "checkpoint"
      case .warning: "warning"
      case .stopped: "stopped"
      }
    }
    let epoch = ["step 16", "step 16", "step 8", "epoch", "validation"]
    #expect(kinds == epoch + epoch + ["stopped"])
    #expect(result.reason == .epochs)
    #expect(result.progress.epoch == 2 && result.progress.update == 6)
  }

  @Test func sameBitsOnAnyThreads() throws {
    var setup = configuration(epochs: 2)
    setup.average = .exponential(decay: 0.9)
    let runs = try [1, 2, 3].map { threads in
      try Trainer(
        cornerNet(norm: true, dropout: true), setup, training: corners(90), threads: threads
      ).run().parameters.bits
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func accumulatedBatchesAreOneLargeBatch() throws {
    func run(_ batch: Int, _ accumulated: Int) throws -> Parameters {
      var setup = configuration(.momentum(rate: 0.05), batch: batch, epochs: 2)
      setup.accumulation = Accumulation(batches: accumulated)
      return try Trainer(cornerNet(), setup, training: corners(96)).run().parameters
    }
    let large = try run(32, 1)
    let small = try run(16, 2)
    for info in large.table {
      let pairs = zip(try large.values(of: info.name), try small.values(of: info.name))
      #expect(pairs.allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func clippingLimitsWhatOneStepDoes() throws {
    func change(_ clipping: Clipping) throws -> (norm: Float, largest: Float) {
      var setup = configuration(.sgd(rate: 1), batch: 32, epochs: 1)
      setup.clipping = clipping
      setup.budget = Budget(updates: 1)
      let first = Parameters(for: try cornerNet())
      first.initialise(seed: 1)
      let trainer = try Trainer(
        cornerNet(), setup, training: LabelledData(corners(32)), parameters: first)
      let after = try trainer.run().parameters
      var squares: Float = 0
      var largest: Float = 0
      for info in first.table {
        for (a, b) in zip(try first.values(of: info.name), try after.values(of: info.name)) {
          squares += (a - b) * (a - b)
          largest = max(largest, abs(a - b))
        }
      }
      return (squares.squareRoot(), largest)
    }
    let free = try change(.none)
    #expect(free.norm > 0.5)
    #expect(abs(try change(Clipping(norm: 0.1)).norm - 0.1) < 1e-4)
    #expect(free.largest > 0.011)
    #expect(abs(try change(Clipping(value: 0.01)).largest - 0.01) < 1e-6)
  }

  @Test func penaltiesMakeWeightsSmall() throws {
    func sum(_ penalties: [L1Penalty]) throws -> Float {
      var setup = configuration(.sgd(rate: 0.05), epochs: 4)
      setup.penalties = penalties
      let result = try Trainer(cornerNet(), setup, training: corners(64)).run().parameters
      return try result.values(of: "dense1.weight").reduce(0) { $0 + abs($1) }
    }
    #expect(try sum([L1Penalty(0.05)]) < 0.8 * sum([]))
  }

  @Test func frozenLayersStayAsTheyAre() throws {
    var setup = configuration()
    setup.rules = [ParameterRule("conv1.*", rateFactor: 0)]
    for model in [try cornerNet(), try cornerNet().freezing { $0.hasPrefix("conv1") }] {
      let trainer = try Trainer(model, setup, training: corners(64))
      let before = try trainer.firstParameters()
      let after = try trainer.run().parameters
      #expect(try before.values(of: "conv1.weight") == after.values(of: "conv1.weight"))
      #expect(try before.values(of: "conv1.bias") == after.values(of: "conv1.bias"))
      #expect(try before.values(of: "dense1.weight") != after.values(of: "dense1.weight"))
    }
  }

  @Test func ratesOfLayersDiffer() throws {
    var setup = configuration(.sgd(rate: 0.1), epochs: 1)
    setup.rules = [ParameterRule("dense2.*", rateFactor: 1e-30)]
    let trainer = try Trainer(cornerNet(), setup, training: corners(64))
    let before = try trainer.firstParameters()
    let after = try trainer.run().parameters
    #expect(try before.values(of: "dense2.weight") == after.values(of: "dense2.weight"))
    #expect(try before.values(of: "dense1.weight") != after.values(of: "dense1.weight"))
  }

  @Test func smallPicturesAreLaidIntoTheMiddle() throws {
    let set = try corners(3)
    let padded = try set.padded(height: 16, width: 15)
    #expect(padded.pixels[16 * 15 + 2 * 15 + 1] == set.pixels[144])
    #expect(padded.pixels.reduce(0) { $0 + Int($1) } == set.pixels.reduce(0) { $0 + Int($1) })
    let model = try Model(Input(16, 16)) {
      Flatten()
      Dense(units: 4)
    }
    let result = try Trainer(model, configuration(), training: corners(32)).run()
    #expect(result.progress.update == 4)
    let error = #expect(throws: DataError.self) {
      try Trainer(
        try Model(Input(8, 8)) {
          Flatten()
          Dense(units: 4)
        }, training: corners(32))
    }
    #expect(error?.message.contains("shrink") == true)
  }

  @Test func cancellingBeforeItBeginsIsNotLost() async throws {
    let trainer = try Trainer(
      cornerNet(), configuration(epochs: 1_000_000), training: corners(64))
    trainer.cancel()
    #expect(try await trainer.run().progress.update == 1)
  }

  @Test func cancellingFromAnotherThreadSavesAndReturns() async throws {
    let folder = try TemporaryFolder()
    let trainer = try Trainer(
      cornerNet(), configuration(epochs: 1_000_000), training: corners(64),
      folder: folder.path)
    let task = Task { try await trainer.run() }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    let result = try await task.value
    #expect(result.reason == .cancelled)
    let stored = try #require(try CheckpointStore(folder: folder.path).loadLast())
    #expect(stored.update == result.progress.update)
    #expect(
      try stored.model.floats("dense1.weight") == result.parameters.values(of: "dense1.weight"))
  }
}
