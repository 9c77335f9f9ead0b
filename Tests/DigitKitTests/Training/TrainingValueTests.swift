import Testing
import ckernels

@testable import DigitKit

@Suite struct WeightAverageTests {
  /// Runs the kernel over weights 1, 4, 9, ... as the golden script does.
  private func averages(_ average: WeightAverage, updates: Int = 20) throws -> [Double] {
    let kernels = try #require(ck_kernels_get("ref")).pointee
    var value: [Float] = [-7]
    return (1...updates).map { update in
      kernels.average_update(
        &value, [Float(update * update)], Float(average.decay(update: update)), 1)
      return Double(value[0])
    }
  }

  @Test func exponentialIsThatOfPyTorch() throws {
    let wanted = try #require(try TrainingGolden.load().averages["exponential"])
    for (found, wanted) in zip(try averages(.exponential(decay: 0.9)), wanted) {
      #expect(isClose(found, wanted, 1e-6))
    }
  }

  @Test func stochasticIsThatOfPyTorch() throws {
    let wanted = try #require(try TrainingGolden.load().averages["stochastic"])
    let found = try averages(.stochastic(start: 5, every: 3))
    for index in 4..<20 { #expect(isClose(found[index], wanted[index], 1e-6)) }
    // Before the start it is the weights themselves.
    #expect(found.prefix(5) == [1, 4, 9, 16, 25])
  }

  @Test func warmUpForgetsTheBeginning() {
    let average = WeightAverage.exponential(decay: 0.999, warmsUp: true)
    #expect(average.decay(update: 1) == 0)
    #expect(average.decay(update: 2) == 2.0 / 11)
    #expect(average.decay(update: 100_000) == 0.999)
    #expect(
      !average.needsStatistics && WeightAverage.stochastic(start: 1, every: 1).needsStatistics)
  }

  @Test func nonsenseIsRefused() throws {
    #expect(throws: TrainingError.self) { try WeightAverage.exponential(decay: 1).validate() }
    #expect(throws: TrainingError.self) {
      try WeightAverage.stochastic(start: 0, every: 1).validate()
    }
    try expectRoundTrip(WeightAverage.stochastic(start: 4, every: 2))
  }
}

@Suite struct AccumulationTests {
  @Test func scalesAddUpToOneInEveryUpdate() {
    let accumulation = Accumulation(batches: 4)
    #expect(accumulation.updates(batchesInEpoch: 10) == 3)
    var batches: [Int] = []
    for update in 0..<3 {
      let steps = accumulation.microSteps(update: update, batchesInEpoch: 10)
      #expect(steps.reduce(0) { $0 + $1.lossScale } == 1)
      #expect(steps.map(\.accumulates) == steps.indices.map { $0 > 0 })
      #expect(steps.map(\.updates) == steps.indices.map { $0 == steps.count - 1 })
      batches += steps.map(\.batch)
    }
    #expect(batches == Array(0..<10))
    #expect(accumulation.microSteps(update: 3, batchesInEpoch: 10).isEmpty)
  }

  @Test func oneBatchIsOneUpdate() {
    #expect(
      Accumulation().microSteps(update: 7, batchesInEpoch: 9)
        == [.init(batch: 7, number: 0, lossScale: 1, accumulates: false, updates: true)])
  }
}

@Suite struct StoppingTests {
  @Test func patienceRunsOut() throws {
    var stopping = EarlyStopping(patience: 2)
    #expect(stopping.observe(1.0, epoch: 1) == .improved)
    #expect(stopping.observe(1.0, epoch: 2) == .waiting(left: 1))
    #expect(stopping.observe(0.5, epoch: 3) == .improved)
    #expect(stopping.observe(.nan, epoch: 4) == .waiting(left: 1))
    try expectRoundTrip(stopping)
    #expect(stopping.observe(0.6, epoch: 5) == .waiting(left: 0))
    #expect(stopping.observe(0.6, epoch: 6) == .stop)
    #expect(stopping.best == 0.5 && stopping.bestEpoch == 3)
  }

  @Test func accuraciesRiseByMoreThanTheMargin() {
    var stopping = EarlyStopping(patience: 0, margin: 0.01, goal: .higher)
    #expect(stopping.observe(0.90, epoch: 1) == .improved)
    #expect(stopping.observe(0.92, epoch: 2) == .improved)
    #expect(stopping.observe(0.925, epoch: 3) == .stop)
  }

  @Test func aNaNFirstIsNoProgress() {
    var stopping = EarlyStopping(patience: 1)
    #expect(stopping.observe(.nan, epoch: 1) == .waiting(left: 0))
    #expect(stopping.observe(.infinity, epoch: 2) == .stop)
    #expect(stopping.observe(3, epoch: 3) == .improved)
  }

  @Test func budgetsEndARun() throws {
    var progress = TrainingProgress(seed: 1)
    let budget = Budget(epochs: 2, updates: 30, seconds: 60, accuracy: 0.99)
    #expect(budget.spent(progress, seconds: 59) == nil)
    #expect(budget.spent(progress, seconds: 60) == .time)
    #expect(budget.spent(progress, seconds: 0, accuracy: 0.991) == .accuracy(0.991))
    #expect(budget.spent(progress, seconds: 0, accuracy: 0.98) == nil)
    for _ in 0..<10 { progress.finishUpdate() }
    progress.finishEpoch()
    #expect((progress.epoch, progress.update, progress.updateInEpoch) == (1, 10, 0))
    try expectRoundTrip(progress)
    progress.finishEpoch()
    #expect(budget.spent(progress, seconds: 0) == .epochs)
    progress.update = 30
    #expect(Budget(updates: 30).spent(progress, seconds: 0) == .updates)
  }

  @Test func aRunWithoutAnEndIsRefused() throws {
    #expect(throws: TrainingError.self) { try Budget(accuracy: 0.99).validate() }
    #expect(throws: TrainingError.self) { try Budget(epochs: 0).validate() }
    #expect(throws: TrainingError.self) { try Budget(epochs: 1, accuracy: 99).validate() }
    try Budget(seconds: 5).validate()
  }
}

@Suite struct PenaltyTests {
  @Test func l1PullsTowardsZeroAndLeavesZeroAlone() {
    let penalty = L1Penalty(0.25)
    let weights: [Float] = [2, -3, 0, -0.0]
    var gradient: [Float] = [1, 1, 0, 0]
    gradient.withUnsafeMutableBufferPointer { gradient in
      weights.withUnsafeBufferPointer { penalty.add(to: gradient, weights: $0) }
    }
    #expect(gradient == [1.25, 0.75, 0, 0])
    #expect(penalty.loss(weights) == 1.25)
    #expect(penalty.pattern.matches("conv1.weight") && !penalty.pattern.matches("conv1.bias"))
  }

  @Test func limitsArePositive() throws {
    try Clipping(norm: 1, value: 0.5).validate()
    #expect(throws: TrainingError.self) { try Clipping(norm: 0).validate() }
    #expect(throws: TrainingError.self) { try Clipping(value: -1).validate() }
  }
}

@Suite struct CallbackTests {
  @Test func allHearEverythingAndOneCanStop() throws {
    let event = TrainingEvent.warning("slow")
    var callbacks = TrainingCallbacks([{ _ in .goOn }])
    #expect(try callbacks.send(event) == .goOn)
    callbacks.append { $0 == event ? .stop : .goOn }
    callbacks.append { _ in .goOn }
    #expect(try callbacks.send(event) == .stop)
    #expect(try TrainingCallbacks().send(event) == .goOn)
    callbacks.append { _ in throw TrainingError("no space for a log") }
    #expect(throws: TrainingError.self) { try callbacks.send(event) }
  }
}

@Suite struct DivergenceTests {
  @Test func oneLineSaysWhenWhereAndWhatNext() {
    let error = Divergence(
      update: 7, operation: "conv2 forward", checkpoint: "runs/a/last.safetensors")
    for part in ["update 7", "conv2 forward", "rate", "runs/a/last.safetensors"] {
      #expect(error.description.contains(part))
    }
    #expect(!Divergence(update: 1, operation: "loss", checkpoint: nil).description.contains("nil"))
  }
}
