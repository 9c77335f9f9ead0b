/// Reads JSON from its beginning to its end, as strictly as a file from a stranger deserves. Foundation's
/// decoder cannot see duplicate keys, takes any depth, and builds everything before it is looked at.
struct JSONScanner {
  /// A line without the file's name; the caller knows it.
  struct Trouble: Error { var reason: String }

  /// Nesting beyond what any header needs, short of what a stack can bear.
  static let deepest = 32

  private let text: [UInt8]
  /// What the text is, in messages.
  private let what: String
  private(set) var place = 0

  /// `text` must be UTF-8: the caller has checked.
  init(_ text: [UInt8], _ what: String = "header") {
    self.text = text
    self.what = what
  }

  var next: UInt8? { place < text.count ? text[place] : nil }

  func trouble(_ reason: String) -> Trouble {
    Trouble(reason: "\(reason) at byte \(place) of the \(what)")
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      place += 1
    }
  }

  /// Takes `character`, with space before it, if it comes next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard let byte = next, UInt32(byte) == character.value else { return false }
    place += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Trouble) {
    guard take(character) else { throw trouble("expected \"\(character)\"") }
  }

  /// `{"key": value, ...}`; `value` reads what stands behind each key. Duplicate keys are refused.
  mutating func object(
    _ value: (inout JSONScanner, String) throws(Trouble) -> Void
  ) throws(Trouble) {
    try expect("{")
    var keys: Set<String> = []
    if take("}") { return }
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw trouble("the key \"\(key)\" is there twice") }
      try expect(":")
      try value(&self, key)
    } while take(",")
    try expect("}")
  }

  /// `[element, ...]`
  mutating func array(_ element: (inout JSONScanner) throws(Trouble) -> Void) throws(Trouble) {
    try expect("[")
    if take("]") { return }
    repeat { try element(&self) } while take(",")
    try expect("]")
  }

  /// A whole number from 0 to `Int.max`, as JSON writes it: no sign, fraction, exponent or leading zero.
  mutating func natural() throws(Trouble) -> Int {
    skipSpace()
    let first = place
    var number = 0
    while let byte = next, byte >= 0x30, byte <= 0x39 {
      let (tens, over) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(byte - 0x30))
      guard !over, !overflow else { throw trouble("a number is too large") }
      number = sum
      place += 1
    }
    let follows = next.map { ".eE+-".utf8.contains($0) } ?? false
    guard place > first, !follows, place == first + 1 || text[first] != 0x30 else {
      throw trouble("expected a whole number from 0")
    }
    return number
  }

  mutating func string() throws(Trouble) -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case 0x22: return String(decoding: bytes, as: UTF8.self)
      case 0x5C: bytes += try escape()
      case 0..<0x20: throw trouble("a control character in a string")
      default: bytes.append(byte)
      }
    }
    throw trouble("a string does not end")
  }

  private mutating func escape() throws(Trouble) -> [UInt8] {
    guard let byte = next else { throw trouble("a string does not end") }
    place += 1
    switch byte {
    case 0x22, 0x5C, 0x2F: return [byte]
    case 0x62: return [0x08]
    case 0x66: return [0x0C]
    case 0x6E: return [0x0A]
    case 0x72: return [0x0D]
    case 0x74: return [0x09]
    case 0x75: return try escapedScalar()
    default: throw trouble("an unknown escape in a string")
    }
  }

  /// `\uXXXX`, or two of them for what lies beyond 16 bits.
  private mutating func escapedScalar() throws(Trouble) -> [UInt8] {
    var code = try fourDigits()
    if code & 0xFC00 == 0xD800, next == 0x5C {
      place += 1
      guard next == 0x75 else { throw trouble("half of a surrogate pair") }
      place += 1
      let low = try fourDigits()
      guard low & 0xFC00 == 0xDC00 else { throw trouble("half of a surrogate pair") }
      code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else { throw trouble("half of a surrogate pair") }
    return Array(String(scalar).utf8)
  }

  private mutating func fourDigits() throws(Trouble) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw trouble("an escape needs four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }

  /// Any value, checked and forgotten.
  mutating func skip(depth: Int = 0) throws(Trouble) {
    guard depth < JSONScanner.deepest else { throw trouble("values are nested too deeply") }
    skipSpace()
    switch next {
    case 0x7B?: try object { (scanner, _) throws(Trouble) in try scanner.skip(depth: depth + 1) }
    case 0x5B?: try array { (scanner) throws(Trouble) in try scanner.skip(depth: depth + 1) }
    case 0x22?: _ = try string()
    case 0x74?: try word("true")
    case 0x66?: try word("false")
    case 0x6E?: try word("null")
    default: try number()
    }
  }

  /// The value that is all of a text.
  static func value(ofAll text: String, _ what: String = "file") throws(Trouble) -> JSONValue {
    var scanner = JSONScanner(Array(text.utf8), what)
    let value = try scanner.value()
    scanner.skipSpace()
    if scanner.next != nil { throw scanner.trouble("expected the end") }
    return value
  }

  /// Any value.
  mutating func value(depth: Int = 0) throws(Trouble) -> JSONValue {
    guard depth < JSONScanner.deepest else { throw trouble("values are nested too deeply") }
    skipSpace()
    let first = place
    switch next {
    case 0x7B?:
      var entries: [(String, JSONValue)] = []
      try object { (scanner, key) throws(Trouble) in
        entries.append((key, try scanner.value(depth: depth + 1)))
      }
      return .object(entries)
    case 0x5B?:
      var values: [JSONValue] = []
      try array { (scanner) throws(Trouble) in values.append(try scanner.value(depth: depth + 1)) }
      return .array(values)
    case 0x22?: return .string(try string())
    default:
      try skip()
      let word = String(decoding: text[first..<place], as: UTF8.self)
      switch word {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default: return .number(Double(word) ?? .nan)
      }
    }
  }

  private mutating func word(_ word: String) throws(Trouble) {
    guard text[place...].starts(with: word.utf8) else { throw trouble("expected \(word)") }
    place += word.utf8.count
  }

  /// `-? digits (. digits)? (e sign? digits)?`
  private mutating func number() throws(Trouble) {
    _ = step("-")
    let first = place
    try digits()
    guard place == first + 1 || text[first] != 0x30 else { throw trouble("a number begins with 0") }
    if step(".") { try digits() }
    if step("eE") {
      _ = step("+-")
      try digits()
    }
  }

  private mutating func step(_ characters: String) -> Bool {
    guard let byte = next, characters.utf8.contains(byte) else { return false }
    place += 1
    return true
  }

  private mutating func digits() throws(Trouble) {
    let first = place
    while let byte = next, byte >= 0x30, byte <= 0x39 { place += 1 }
    if place == first { throw trouble("expected a value") }
  }
}
