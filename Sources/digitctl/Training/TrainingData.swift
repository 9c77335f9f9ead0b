import DigitKit

/// The pictures of a run: those to train on, and those set aside to choose by.
struct TrainingData {
  let training: Pictures
  let validation: LabelledData?
  /// What they were found as.
  let name: String
  let classNames: [String]
  /// For the model's file: `mnist, 55000 of 60000 pictures`.
  let description: String

  /// Where pictures come from.
  enum Pictures {
    case held(LabelledData)
    /// As they are needed.
    case drawn(DrawnDigits)
  }

  /// A share of `set` is set aside; all of `others` is trained on.
  init(_ set: DataSet, and others: [DataSet], aside share: Share, seed: UInt64) throws {
    let count = set.training.count
    let (own, aside) = try share.parts(of: set.training, seed: seed)
    let all =
      others.isEmpty ? set.training : try ImageSet(joining: ([set] + others).map(\.training))
    let indices = own.indices + Array(count..<all.count)
    training = .held(try LabelledData(all, indices: indices))
    validation = aside
    name = set.name
    classNames = set.classNames
    let parts =
      [TrainingData.share(own.count, of: count)]
      + others.map { "\($0.training.count) of \(TrainingData.lastPart(of: $0.name))" }
    description = TrainingData.lastPart(of: set.name) + ", " + parts.joined(separator: ", and ")
  }

  /// The last of `digits` are set aside, and they are held.
  init(_ digits: DrawnDigits, aside share: Share) throws {
    let aside = share.number(of: digits.count)
    guard aside < digits.count else {
      throw UsageError(
        message: "--val \(aside) leaves none of \(digits.count) pictures to train on")
    }
    let count = digits.count - aside
    training = .drawn(try DrawnDigits(digits.synth, count: count))
    validation =
      aside == 0 ? nil : try LabelledData(digits.synth.images(count: aside, from: count))
    name = "synth"
    classNames = (0...9).map(String.init)
    description = "synth, " + TrainingData.share(count, of: digits.count)
  }

  private static func share(_ count: Int, of all: Int) -> String {
    count < all ? "\(count) of \(all) pictures" : "\(all) pictures"
  }

  /// Without the folders a set lies in, which are nobody's business.
  private static func lastPart(of name: String) -> String {
    String(name.split(separator: "/").last ?? "pictures")
  }
}

extension TrainingData.Pictures {
  var count: Int {
    switch self {
    case .held(let data): data.count
    case .drawn(let digits): digits.count
    }
  }

  var classes: Int {
    switch self {
    case .held(let data): data.images.classes
    case .drawn: 10
    }
  }

  /// Labels in the proportions of the classes.
  var labels: [Int32] {
    switch self {
    case .held(let data): data.indices.map { data.images.labels[$0] }
    // Every ten hold each digit once.
    case .drawn: Array(0..<10)
    }
  }

  /// All of them, or of drawn ones as many as statistics need.
  func held() throws -> LabelledData {
    switch self {
    case .held(let data): data
    case .drawn(let digits):
      try LabelledData(digits.synth.images(count: min(digits.count, 60_000)))
    }
  }
}
