import DigitKit

/// How many pictures are set aside: a part of them, a number, or none.
enum Share: Sendable, CustomStringConvertible {
  case part(Double)
  case number(Int)
  case none

  var description: String {
    switch self {
    case .part(let part): "\(part)"
    case .number(let number): "\(number)"
    case .none: "none"
    }
  }

  /// How many of so many pictures.
  func number(of count: Int) -> Int {
    switch self {
    case .part(let part): Int((part * Double(count)).rounded())
    case .number(let number): number
    case .none: 0
    }
  }

  /// The same share where it is no more than `most`.
  func atMost(_ most: Int, of count: Int) -> Share {
    number(of: count) > most ? .number(most) : self
  }

  /// The pictures to train on, and those set aside, each class in proportion.
  func parts(of set: ImageSet, seed: UInt64) throws -> (LabelledData, LabelledData?) {
    let count = number(of: set.count)
    guard count > 0 else { return (try LabelledData(set), nil) }
    let split = try Split(stratified: set.labels, validation: count, seed: seed)
    return (
      try LabelledData(set, indices: split.training),
      try LabelledData(set, indices: split.validation)
    )
  }
}

extension ValueType where Value == Share {
  /// `0.1`, `5000` or `none`.
  static let share = ValueType(form: .special("a part as 0.1, a number, or none")) { word in
    if word == "none" || word == "0" { return Share.none }
    if let number = Int(word), number > 0 { return .number(number) }
    guard let part = Double(word), part > 0, part < 1 else { return nil }
    return .part(part)
  }
}
