/// Records of comma-separated values, as RFC 4180 and spreadsheets write them: quotes, doubled quotes and
/// line ends inside quotes, CRLF, LF or CR, a byte order mark, empty lines (left out); semicolons or tabs
/// where the first line has no comma. One record at a time, in memory that is used again.
final class CSVReader {
  let path: String
  /// The line, from 1, that the record begins in.
  private(set) var line = 0
  /// The bytes of the record's fields, without quotes, one behind the other.
  private(set) var bytes: [UInt8] = []
  /// Where each field lies in `bytes`.
  private(set) var fields: [Range<Int>] = []
  private let input: ByteInput
  private var separator = UInt8(ascii: ",")
  private var chunk: [UInt8] = []
  private var place = 0
  private var nextLine = 1

  private static let chunkSize = 1 << 17
  /// Longer ones are no records of pictures.
  private static let mostBytes = 4 << 20

  private enum State { case start, plain, quoted, closed }

  init(_ input: ByteInput) throws(FileError) {
    self.input = input
    path = input.path
    chunk = try input.read(CSVReader.chunkSize)
    if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    let first = chunk.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let others = [",", ";", "\t"].map { UInt8(ascii: $0) }
    separator = others.first(where: first.contains) ?? separator
  }

  /// Takes the next record; false if there is none.
  func next() throws(FileError) -> Bool {
    repeat {
      guard try takeRecord() else { return false }
    } while fields.count == 1 && fields[0].isEmpty
    return true
  }

  /// A field as text.
  func text(_ field: Int) -> String { String(decoding: bytes[fields[field]], as: UTF8.self) }

  /// A field as a number without a sign, also one that was written as `12.0`; nil if it is none, or not
  /// below a billion.
  func number(_ field: Int) -> Int? {
    var value = 0
    var digits = 0
    var range = fields[field]
    while let first = range.first, bytes[first] == UInt8(ascii: " ") { range.removeFirst() }
    while let last = range.last, bytes[last] == UInt8(ascii: " ") { range.removeLast() }
    for place in range {
      let digit = bytes[place] &- UInt8(ascii: "0")
      guard digit < 10 else {
        let fraction = bytes[(place + 1)..<range.upperBound]
        let isWhole =
          bytes[place] == UInt8(ascii: ".") && fraction.allSatisfy { $0 == UInt8(ascii: "0") }
        return isWhole && digits > 0 ? value : nil
      }
      digits += 1
      value = value * 10 + Int(digit)
      if value >= 1_000_000_000 { return nil }
    }
    return digits > 0 ? value : nil
  }

  private func takeRecord() throws(FileError) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    line = nextLine
    var state = State.start
    while let byte = try nextByte() {
      switch (state, byte) {
      case (.start, UInt8(ascii: "\"")): state = .quoted
      case (.start, separator), (.plain, separator), (.closed, separator):
        endField()
        state = .start
      case (.start, 10), (.plain, 10), (.closed, 10), (.start, 13), (.plain, 13), (.closed, 13):
        endField()
        try endLine(byte)
        return true
      case (.start, _):
        bytes.append(byte)
        state = .plain
      case (.plain, UInt8(ascii: "\"")):
        throw damaged("a quote inside a field that has none around it")
      case (.plain, _): bytes.append(byte)
      case (.quoted, UInt8(ascii: "\"")): state = .closed
      case (.quoted, _):
        if byte == 10 { nextLine += 1 }
        bytes.append(byte)
      case (.closed, UInt8(ascii: "\"")):
        bytes.append(byte)
        state = .quoted
      case (.closed, _): throw damaged("text behind a closing quote")
      }
      if bytes.count > CSVReader.mostBytes {
        throw damaged("more than \(CSVReader.mostBytes) bytes in one record")
      }
    }
    if state == .quoted { throw damaged("a quote that is never closed") }
    if state == .start, fields.isEmpty { return false }
    endField()
    return true
  }

  private func endField() { fields.append((fields.last?.upperBound ?? 0)..<bytes.count) }

  /// CR and LF together are one line end.
  private func endLine(_ byte: UInt8) throws(FileError) {
    nextLine += 1
    if byte == 13, try nextByte() != nil, chunk[place - 1] != 10 { place -= 1 }
  }

  private func nextByte() throws(FileError) -> UInt8? {
    if place == chunk.count {
      chunk = try input.read(CSVReader.chunkSize)
      place = 0
      if chunk.isEmpty { return nil }
      guard input.position <= input.mostBytes else {
        throw FileError(
          path, .malformed,
          "it unpacks to more than \(input.mostBytes) bytes, which is not what text does; fetch it again"
        )
      }
    }
    place += 1
    return chunk[place - 1]
  }

  /// An error of the record, in one line with its place.
  func damaged(_ what: String, _ remedy: String = "correct it") -> FileError {
    FileError(path, .malformed, "line \(line) has \(what); \(remedy)")
  }
}
