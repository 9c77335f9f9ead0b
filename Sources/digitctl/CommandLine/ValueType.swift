import DigitKit

/// How a word becomes a value.
struct ValueType<Value: Sendable>: Sendable {
  /// What help, errors and completions say of it.
  var form: ValueForm
  /// Nil if the word is no such value.
  var read: @Sendable (String) -> Value?
}

/// What a value looks like.
enum ValueForm: Sendable, Equatable {
  /// Given or not: the flag alone says it.
  case none
  case text
  /// Text of a form of its own: "a size such as 28x28".
  case special(String)
  case whole(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// One of these words and nothing else.
  case choice([String])
  /// One of these words, or any other text: names of data sets beside paths.
  case names([String])
  case file
  case folder

  /// "a whole number from 1 to 100"
  var expected: String {
    switch self {
    case .none: "yes or no"
    case .text, .names: "text"
    case .special(let meaning): meaning
    case .whole(let range): "a whole number" + ValueForm.limits(range, least: .min, most: .max)
    case .number(let range):
      "a number" + ValueForm.limits(range, least: -.infinity, most: .infinity)
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .file: "a file"
    case .folder: "a folder"
    }
  }

  /// The words that completions offer.
  var words: [String] {
    switch self {
    case .choice(let words), .names(let words): words
    default: []
    }
  }

  private static func limits<T: Comparable>(
    _ range: ClosedRange<T>, least: T, most: T
  ) -> String {
    switch (range.lowerBound == least, range.upperBound == most) {
    case (true, true): ""
    case (false, true): " from \(range.lowerBound)"
    case (true, false): " up to \(range.upperBound)"
    case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
    }
  }
}

extension ValueType where Value == String {
  static let text = ValueType(form: .text) { $0 }
  static let file = ValueType(form: .file) { $0.isEmpty ? nil : $0 }
  static let folder = ValueType(form: .folder) { $0.isEmpty ? nil : $0 }

  static func choice(_ words: [String]) -> ValueType {
    ValueType(form: .choice(words)) { words.contains($0) ? $0 : nil }
  }

  static func names(_ words: [String]) -> ValueType {
    ValueType(form: .names(words)) { $0.isEmpty ? nil : $0 }
  }
}

extension ValueType where Value == Int {
  static func whole(_ range: ClosedRange<Int>) -> ValueType {
    ValueType(form: .whole(range)) { word in
      Int(word).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  static func whole(_ range: PartialRangeFrom<Int>) -> ValueType {
    whole(range.lowerBound...Int.max)
  }
}

extension ValueType where Value == UInt64 {
  /// Any whole number from 0.
  static let seed = ValueType(form: .whole(0...Int.max)) { word in
    Int(word).flatMap { UInt64(exactly: $0) }
  }
}

extension ValueType where Value == Double {
  static func number(_ range: ClosedRange<Double>) -> ValueType {
    ValueType(form: .number(range)) { word in
      Double(word).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// The cases by their names.
  static var choice: ValueType {
    ValueType(form: .choice(Value.allCases.map(\.rawValue))) { Value(rawValue: $0) }
  }
}

extension ValueType where Value == Bool {
  static let yesOrNo = ValueType(form: .none) { word in
    switch word.lowercased() {
    case "", "1", "yes", "true", "on": true
    case "0", "no", "false", "off": false
    default: nil
    }
  }
}

/// `word` is no value of `form`.
func misfit(_ word: String, _ form: ValueForm, _ name: String) -> UsageError {
  let hint = if case .choice(let words) = form { nearestMatch(word, in: words) } else { "" }
  return UsageError(
    message: "\(name) takes \(form.expected), not '\(word)'" + hint)
}

/// `; did you mean "idx"?`, or nothing.
func nearestMatch(_ word: String, in known: [String]) -> String {
  closest(word, in: known).map { "; did you mean '\($0)'?" } ?? ""
}
