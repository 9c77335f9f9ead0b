/// Words that stand for classes, and the numbers they get.
struct PictureLabels {
  /// The classes, by number.
  let names: [String]
  private let numbers: [String: Int32]

  /// Digits are their own numbers, ten of them (or `count`) whatever is missing; other words come in order,
  /// numbers before words.
  init(_ words: Set<String>, count: Int?, _ path: String) throws(FileError) {
    let classes = count ?? 10
    if words.allSatisfy({ Int($0).map { $0 >= 0 && $0 < classes && String($0).count > 0 } ?? false }
    ) {
      names = (0..<classes).map(String.init)
      var numbers: [String: Int32] = [:]
      for word in words { numbers[word] = Int32(word) }
      self.numbers = numbers
      return
    }
    names = words.sorted { PictureLabels.comes($0, before: $1) }
    if let count, names.count > count {
      throw FileError(
        path, .malformed,
        "it has \(names.count) classes (\(names.prefix(4).joined(separator: ", ")), ...), but \(count) "
          + "are asked for")
    }
    numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
  }

  /// The number of a word that was among those given.
  subscript(word: String) -> Int32 { numbers[word] ?? 0 }

  private static func comes(_ first: String, before second: String) -> Bool {
    switch (Int(first), Int(second)) {
    case (let first?, let second?) where first != second: first < second
    case (nil, _?): false
    case (_?, nil): true
    default: first < second
    }
  }

  /// Words by which programs write that there is no label.
  static func isMissing(_ word: String) -> Bool {
    ["", "nan", "na", "n/a", "null", "none", "?"].contains(word.lowercased())
  }
}
