import Foundation
import Testing

@testable import DigitKit

@Suite struct ConfigurationTests {
  private var rich: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.seed = .max
    configuration.optimiser = .muon(Muon())
    configuration.schedule = .warmUp(steps: 5, then: .oneCycle(OneCycle(steps: 100)))
    configuration.plateau = Plateau()
    configuration.rules = [.init("*.bias", rateFactor: 2)]
    configuration.penalties = [L1Penalty(1e-4)]
    configuration.clipping = Clipping(norm: 1)
    configuration.average = .stochastic(start: 10, every: 5)
    configuration.earlyStopping = EarlyStopping(patience: 3, goal: .higher)
    configuration.augmentation = .digits + [.mixup(alpha: 0.4)]
    return configuration
  }

  @Test func comesBackFromAFile() throws {
    try expectRoundTrip(TrainingConfiguration())
    try expectRoundTrip(rich)
    try rich.validate()
  }

  @Test func nonsenseIsRefused() {
    for change: (inout TrainingConfiguration) -> Void in [
      { $0.batchSize = 0 }, { $0.budget = Budget() }, { $0.schedule = .cosine(steps: 0) },
      { $0.earlyStopping = EarlyStopping(patience: -1) },
      { $0.rules = [.init("*", rateFactor: -1)] },
      { $0.average = .exponential(decay: 2) }, { $0.clipping = Clipping(norm: -1) },
    ] {
      var configuration = TrainingConfiguration()
      change(&configuration)
      #expect(throws: TrainingError.self) { try configuration.validate() }
    }
  }

  @Test func somethingBetweenGradientsAndWeightsSeparatesThem() {
    #expect(!TrainingConfiguration().separatesUpdates)
    #expect(rich.separatesUpdates)
  }

  @Test func valuesFollowScheduleAndPlateau() throws {
    var configuration = TrainingConfiguration()
    configuration.optimiser = .sgd(rate: 1)
    configuration.schedule = .exponential(factor: 0.5)
    configuration.plateau = Plateau(factor: 0.1, patience: 0)
    let groups = try ParameterGroups(
      [.init("fc.weight", .outerMatrix)], optimiser: configuration.optimiser)
    var state = TrainingState(configuration)
    func rate() -> Float { configuration.values(of: groups, in: state)[0].rate }
    #expect(rate() == 1)
    state.progress.finishUpdate()
    state.progress.finishUpdate()
    #expect(rate() == 0.25)
    configuration.pace = .epoch
    #expect(rate() == 1)
    state.progress.finishEpoch()
    #expect(rate() == 0.5)
    state.plateau?.observe(1)
    state.plateau?.observe(1)
    #expect(rate() == 0.05)
  }

  @Test func batchesAreThoseOfTheEpoch() throws {
    var configuration = TrainingConfiguration()
    configuration.batchSize = 4
    let labels: [Int32] = [0, 0, 0, 0, 0, 0, 0, 1, 1]
    let plain = try configuration.batches(of: Array(0..<9), labels: labels, epoch: 3)
    #expect(plain.count == 3 && Set(plain.order).count == 9)
    configuration.sampling = .balanced
    configuration.dropsLast = true
    let balanced = try configuration.batches(of: Array(0..<9), labels: labels, epoch: 3)
    #expect(balanced.count == 2)
    #expect(balanced[0].count { labels[Int($0)] == 1 } == 2)
  }

  @Test func stateComesBackFromACheckpoint() throws {
    var state = TrainingState(rich)
    state.progress.finishUpdate()
    state.progress.seconds = 0.1 + 0.2
    state.plateau?.observe(0.3)
    _ = state.earlyStopping?.observe(0.97, epoch: 1)
    state.best = 1.0 / 3
    state.lossSum = 1e-300
    state.lossWeight = .infinity
    let folder = try TemporaryFolder()
    let store = try CheckpointStore(folder: folder.path)
    try store.saveLast(
      Checkpoint(
        model: .init([]), state: .init([], metadata: try state.metadata()),
        update: state.progress.update))
    let last = try #require(try store.loadLast())
    #expect(try TrainingState(last.state) == state)
    #expect(throws: FileError.self) { try TrainingState(last.model) }
    let damaged = try Safetensors(
      bytes: try Safetensors.encode([], metadata: [TrainingState.key: "{}"]))
    #expect(throws: FileError.self) { try TrainingState(damaged) }
  }
}
