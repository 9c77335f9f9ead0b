import DigitKit

/// The pictures of a run: those to train on, and those set aside to choose by.
struct TrainingData {
  let training: LabelledData
  let validation: LabelledData?
  /// What it was found as, and what classes there are.
  let set: DataSet
  /// For the model's file: `mnist, 55000 of 60000 pictures`.
  let description: String

  /// A share of `set` is set aside; all of `others` is trained on.
  init(_ set: DataSet, and others: [DataSet], aside share: Share, seed: UInt64) throws {
    self.set = set
    let count = set.training.count
    let (own, aside) = try share.parts(of: set.training, seed: seed)
    let all =
      others.isEmpty ? set.training : try ImageSet(joining: ([set] + others).map(\.training))
    training = try LabelledData(all, indices: own.indices + Array(count..<all.count))
    validation = aside
    let parts =
      [own.count < count ? "\(own.count) of \(count) pictures" : "\(count) pictures"]
      + others.map { "\($0.training.count) of \(TrainingData.name(of: $0))" }
    description = TrainingData.name(of: set) + ", " + parts.joined(separator: ", and ")
  }

  /// Without the folders it lies in, which are nobody's business.
  private static func name(of set: DataSet) -> String {
    String(set.name.split(separator: "/").last ?? "pictures")
  }
}
