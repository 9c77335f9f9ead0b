/// Little-endian numbers and texts of a file, one behind the other.
struct ByteFields {
  private let bytes: [UInt8]
  private let path: String
  private let what: String
  private let offset: Int
  private(set) var place = 0

  /// `what` they are of, and where in the file they begin, is for errors.
  init(_ bytes: [UInt8], path: String, what: String, offset: Int) {
    self.bytes = bytes
    self.path = path
    self.what = what
    self.offset = offset
  }

  mutating func take(_ count: Int) throws(FileError) -> [UInt8] {
    guard count >= 0, count <= bytes.count - place else { throw damaged() }
    place += count
    return Array(bytes[place - count..<place])
  }

  mutating func skip(_ count: Int) throws(FileError) { _ = try take(count) }

  /// A number of so many bytes; one past 63 bits is no size of a file.
  mutating func number(_ count: Int) throws(FileError) -> Int {
    let value = try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else { throw damaged() }
    return number
  }

  /// A text behind its length.
  mutating func text() throws(FileError) -> String {
    String(decoding: try take(number(4)), as: UTF8.self)
  }

  /// Bytes that were not taken yet.
  var rest: Int { bytes.count - place }

  func damaged() -> FileError {
    FileError(
      path, .malformed,
      "its \(what) is damaged or cut off at byte \(offset + place); fetch it again")
  }
}

/// The opposite: numbers and texts written one behind the other.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func add(_ number: Int, _ count: Int) {
    bytes += (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  mutating func add(_ text: String) {
    let utf8 = Array(text.utf8)
    add(utf8.count, 4)
    bytes += utf8
  }
}
