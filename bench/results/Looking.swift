import DigitKit
import Foundation

/// What looking at MNIST finds: its statistics, duplicates, and labels in doubt.
struct Looking {
  var sets: MNIST.Sets
  var model: ModelFile
  var threads: Int
  /// Where to put sheets; nil: nowhere.
  var sheets: String?

  func run() throws {
    let description = try timed("described") { try DataDescription(of: sets.training) }
    print(description)
    let exact = timed("exact duplicates") {
      (
        Duplicates.exact(in: sets.training), Duplicates.exact(in: sets.test),
        Duplicates.exact(between: sets.training, and: sets.test)
      )
    }
    print(
      "exact duplicates: \(exact.0.groups.count) within the training set, "
        + "\(exact.1.groups.count) within the test set, \(exact.2.groups.count) between them")
    let near = try timed("near duplicates") {
      try Duplicates.near(in: sets.training, and: sets.test, tolerance: 0.2)
    }
    print("near duplicates between them: \(near.groups.count)")
    let predictor = try Predictor(model.model, parameters: model.parameters, threads: threads)
    let doubts = try LabelDoubts(predictor, of: LabelledData(sets.test))
    print("test labels in doubt: \(doubts.doubts.count)")
    guard let sheets else { return }
    try FileManager.default.createDirectory(atPath: sheets, withIntermediateDirectories: true)
    try doubts.sheet(of: sets.test).writePNG(to: sheets + "/doubts.png")
    try description.meanSheet(scale: 3).writePNG(to: sheets + "/means.png")
    let pairs = near.groups.prefix(20)
    guard !pairs.isEmpty else { return }
    try ContactSheet(columns: 8).draw(
      pairs.flatMap { [sets.training.picture($0.first[0]), sets.test.picture($0.second[0])] },
      captions: pairs.flatMap { ["train\n\($0.first[0])", "test\n\($0.second[0])"] }
    ).writePNG(to: sheets + "/near.png")
  }

  private func timed<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    say("\(name): \(rounded((clock.now - start) / .seconds(1), 2)) s")
    return result
  }
}
