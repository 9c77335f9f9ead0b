/// What the beginning of an .npy file says: `{'descr': '|u1', 'fortran_order': False, 'shape': (10, 28, 28), }`.
struct NumPyHeader: Equatable {
  /// How numbers are stored.
  struct Element: Equatable {
    /// `u`, `i`, `f` or `b`: numbers without and with sign, with a fraction, and truth values.
    var kind: Character
    var size: Int
    var isBigEndian: Bool
  }

  var element: Element
  var isFortran: Bool
  var shape: [Int]

  /// Nil where the text is not such a dictionary, with a reason.
  init(_ text: [UInt8]) throws(DataError) {
    var scanner = Scanner(text)
    var fields: [String: Value] = [:]
    try scanner.expect("{")
    while !scanner.takes("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      guard fields.updateValue(try scanner.value(), forKey: key) == nil else {
        throw DataError("\(key) comes twice")
      }
      if !scanner.takes(",") {
        try scanner.expect("}")
        break
      }
    }
    guard scanner.isAtEnd else { throw DataError("more follows behind the closing brace") }
    guard case .text(let description)? = fields["descr"],
      case .truth(let isFortran)? = fields["fortran_order"],
      case .sizes(let shape)? = fields["shape"]
    else { throw DataError("descr, fortran_order and shape are not all there") }
    element = try NumPyHeader.element(description)
    self.isFortran = isFortran
    self.shape = shape
  }

  private static func element(_ description: String) throws(DataError) -> Element {
    let letters = Array(description)
    guard letters.count == 3, "<>|=".contains(letters[0]), "uifb".contains(letters[1]),
      let size = letters[2].wholeNumberValue, [1, 2, 4, 8].contains(size),
      letters[1] != "f" || size >= 2, letters[1] != "b" || size == 1
    else {
      throw DataError(
        "its numbers are \"\(description.prefix(20))\", but should be of uint8, or int32 for labels"
      )
    }
    return Element(kind: letters[1], size: size, isBigEndian: letters[0] == ">")
  }

  private enum Value {
    case text(String)
    case truth(Bool)
    case sizes([Int])
  }

  /// The few words of Python that such a header is written in.
  private struct Scanner {
    let text: [UInt8]
    var place = 0

    init(_ text: [UInt8]) { self.text = text }

    private mutating func skipSpace() {
      while place < text.count, [32, 9, 10, 13].contains(text[place]) { place += 1 }
    }

    var isAtEnd: Bool {
      text[min(place, text.count)...].allSatisfy { [32, 9, 10, 13].contains($0) }
    }

    mutating func takes(_ word: String) -> Bool {
      skipSpace()
      guard text[place...].starts(with: Array(word.utf8)) else { return false }
      place += word.utf8.count
      return true
    }

    mutating func expect(_ word: String) throws(DataError) {
      if !takes(word) { throw DataError("\"\(word)\" is missing at byte \(place)") }
    }

    mutating func string() throws(DataError) -> String {
      for quote in ["'", "\""] where takes(quote) {
        let rest = text[place...].prefix { $0 != UInt8(ascii: quote == "'" ? "'" : "\"") }
        place += rest.count
        try expect(quote)
        return String(decoding: rest, as: UTF8.self)
      }
      throw DataError("a name in quotes is missing at byte \(place)")
    }

    mutating func value() throws(DataError) -> Value {
      if takes("True") { return .truth(true) }
      if takes("False") { return .truth(false) }
      guard takes("(") else { return .text(try string()) }
      var sizes: [Int] = []
      while !takes(")") {
        sizes.append(try size())
        // No array of numpy has more axes than 64.
        if sizes.count > 64 { throw DataError("its shape has too many axes") }
        if !takes(",") {
          try expect(")")
          break
        }
      }
      return .sizes(sizes)
    }

    private mutating func size() throws(DataError) -> Int {
      skipSpace()
      let digits = text[place...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      place += digits.count
      guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
        throw DataError("a size is missing or too large at byte \(place)")
      }
      return size
    }
  }
}
