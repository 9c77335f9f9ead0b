import Testing

@testable import DigitKit

@Suite struct RunDivergenceTests {
  @Test func theRunStopsWithItsLastGoodCheckpoint() throws {
    let folder = try TemporaryFolder()
    var setup = configuration(.sgd(rate: 0.05), epochs: 20)
    setup.pace = .epoch
    setup.schedule = .step(every: 2, factor: 1e20)
    let trainer = try Trainer(
      cornerNet(), setup, training: corners(64), folder: folder.path)
    let error = try #require(throws: Divergence.self) { try trainer.run() }
    #expect(error.update > 8)
    #expect(!error.operation.isEmpty)
    #expect(error.checkpoint == folder.path + "/last.safetensors")
    // What it names can be used.
    let stored = try #require(try CheckpointStore(folder: folder.path).loadLast())
    #expect(try stored.model.floats("dense2.weight").allSatisfy(\.isFinite))
    #expect(stored.update < error.update)
  }

  /// A weight that is large enough for its product to be infinite: the layer is named, on plain kernels.
  @Test func theFirstOperationIsNamed() throws {
    let model = try cornerNet()
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    try parameters.set("dense1.bias", to: [Float](repeating: 3e38, count: 16))
    try parameters.set("dense2.weight", to: [Float](repeating: 3e38, count: 64))
    let trainer = try Trainer(
      model, configuration(), training: LabelledData(corners(32)), parameters: parameters)
    let error = try #require(throws: Divergence.self) { try trainer.run() }
    #expect(error.operation.contains("dense2"))
    #expect(error.update == 1 && error.checkpoint == nil)
  }
}
