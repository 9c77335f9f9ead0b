import Testing

@testable import DigitKit

@Suite struct RealDataTests {
  static let folder = MNIST.folder(base: Golden.repository.path)

  @Test(.enabled(if: folder != nil, "MNIST is not there"))
  func lenet5LearnsFromTenThousandPictures() throws {
    let sets = try MNIST.load(from: try #require(RealDataTests.folder))
    let training = try LabelledData(sets.training, indices: Array(0..<10_000))
    // Validation comes from the training set; the test set is for final figures.
    let validation = try LabelledData(sets.training, indices: Array(50_000..<55_000))
    let diary = Diary()
    let result = try Trainer(
      Zoo.model("lenet5"), configuration(.adam(rate: 2e-3), batch: 32, epochs: 1),
      training: training, validation: validation
    ).run(diary.callback)
    #expect(try #require(result.best) > 0.93)
  }
}
