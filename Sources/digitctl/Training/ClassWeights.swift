import DigitKit

/// How much each class counts in the loss.
enum ClassWeights: Sendable, Equatable {
  /// All as much as any other, however many pictures they have.
  case balanced
  case list([Float])
  case file(String)

  /// A weight for each class of `model`.
  func weights(of training: TrainingData.Pictures, for model: Model) throws -> [Float] {
    let classes = model.outputCount
    switch self {
    case .balanced:
      return Loss.classWeights(balancing: training.labels, classes: classes)
    case .list(let weights):
      guard weights.count == classes else { throw UsageError(message: wrong(weights, classes)) }
      return weights
    case .file(let path):
      guard let weights = ClassWeights.numbers(try TextFile.read(path)) else {
        throw InputError(
          message:
            "\(path): it needs a number for each class, from 0, with commas or spaces between")
      }
      guard weights.count == classes else {
        throw InputError(message: "\(path): \(wrong(weights, classes))")
      }
      return weights
    }
  }

  private func wrong(_ weights: [Float], _ classes: Int) -> String {
    "\(weights.count) class weights for \(classes) classes; give one for each"
  }

  /// Nil if one is none, or all are 0.
  fileprivate static func numbers(_ text: String) -> [Float]? {
    let words = text.split { $0 == "," || $0.isWhitespace }
    let numbers = words.compactMap { Float($0) }.filter { $0.isFinite && $0 >= 0 }
    return numbers.count == words.count && numbers.contains { $0 > 0 } ? numbers : nil
  }
}

extension ValueType where Value == ClassWeights {
  /// `balanced`, `1,1,2.5`, or a file.
  static let classWeights = ValueType(
    form: .special("balanced, a number for each class as 1,1,2.5, or a file of them")
  ) { word in
    if word == "balanced" { return .balanced }
    if word.contains(",") { return ClassWeights.numbers(word).map { .list($0) } }
    return word.isEmpty ? nil : .file(word)
  }
}
