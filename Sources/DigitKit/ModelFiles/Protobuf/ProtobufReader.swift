/// Reads protocol buffers, field by field. Bytes may come from anyone: nothing is believed that does not fit.
struct ProtobufReader {
  /// What is wrong, and where.
  struct Trouble: Error, Equatable { var reason: String }

  /// A field as it is stored.
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  struct Field: Equatable {
    var number: Int
    var value: Value
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }
  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The next field; nil at the end.
  mutating func next() throws(Trouble) -> Field? {
    if rest.isEmpty { return nil }
    let key = try varint()
    let number = key >> 3
    guard number > 0, number < 1 << 29 else { throw trouble("field \(number) cannot be") }
    return Field(number: Int(number), value: try value(key & 7))
  }

  /// All fields.
  static func fields(_ bytes: ArraySlice<UInt8>) throws(Trouble) -> [Field] {
    var reader = ProtobufReader(bytes)
    var fields: [Field] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  private mutating func value(_ kind: UInt64) throws(Trouble) -> Value {
    switch ProtobufWriter.Kind(rawValue: kind) {
    case .varint: return .varint(try varint())
    case .fixed64: return .fixed64(try number(UInt64.self))
    case .fixed32: return .fixed32(try number(UInt32.self))
    case .lengthDelimited:
      let length = try varint()
      guard length <= UInt64(rest.count) else {
        throw trouble("\(length) bytes are announced, \(rest.count) are left")
      }
      return .bytes(take(Int(length)))
    case nil: throw trouble("values of kind \(kind) are not known")
    }
  }

  private mutating func varint() throws(Trouble) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw trouble("a number is cut off") }
      // The tenth byte has room for one bit.
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw trouble("a number is longer than 64 bits")
  }

  private mutating func number<T: FixedWidthInteger>(_: T.Type) throws(Trouble) -> T {
    let size = MemoryLayout<T>.size
    guard rest.count >= size else { throw trouble("a number is cut off") }
    let number = take(size).withUnsafeBytes { $0.loadUnaligned(as: T.self) }
    return T(littleEndian: number)
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  private func trouble(_ reason: String) -> Trouble {
    Trouble(reason: "\(reason) at byte \(rest.startIndex)")
  }
}

extension ProtobufReader.Value {
  var integer: Int64? {
    if case .varint(let value) = self { Int64(bitPattern: value) } else { nil }
  }
  var double: Double? {
    if case .fixed64(let bits) = self { Double(bitPattern: bits) } else { nil }
  }
  var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }
  var bytes: ArraySlice<UInt8>? { if case .bytes(let bytes) = self { bytes } else { nil } }
  var string: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }
}
