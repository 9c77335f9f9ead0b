import Testing

@testable import DigitKit

@Suite struct SynthTeachesTests {
  static let folder = MNIST.folder(base: Golden.repository.path)

  /// Drawn digits look enough like real ones that a few thousand of them teach most of reading.
  @Test(.enabled(if: folder != nil, "MNIST is not there"))
  func aNetworkThatSawDrawnDigitsAloneReadsRealOnes() throws {
    let sets = try MNIST.load(from: try #require(SynthTeachesTests.folder))
    // Of the training set: the test set is for final figures.
    let real = try LabelledData(sets.training, indices: Array(0..<5_000))
    var training = configuration(.adam(rate: 2e-3), batch: 32, epochs: 8)
    training.augmentation = .digits
    let diary = Diary()
    let result = try Trainer(
      Zoo.model("lenet5"), training,
      training: LabelledData(try Synth(seed: 1).images(count: 2_000)), validation: real
    ).run(diary.callback)
    #expect(try #require(result.best) > 0.85)
  }
}
