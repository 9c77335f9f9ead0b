/// Writes protocol buffers: fields one behind another, each a number, a kind and a value. What the fields
/// mean is the caller's matter.
struct ProtobufWriter: Equatable {
  private(set) var bytes: [UInt8] = []

  /// How a value is stored.
  enum Kind: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private mutating func key(_ field: Int, _ kind: Kind) {
    raw(UInt64(field) << 3 | kind.rawValue)
  }

  /// Seven bits to a byte, lowest first.
  private mutating func raw(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// `int32`, `int64`, `bool` and `enum`: negative numbers take ten bytes.
  mutating func integer(_ field: Int, _ value: Int64) {
    key(field, .varint)
    raw(UInt64(bitPattern: value))
  }

  mutating func integer(_ field: Int, _ value: Int) { integer(field, Int64(value)) }

  mutating func double(_ field: Int, _ value: Double) {
    key(field, .fixed64)
    append(value.bitPattern)
  }

  mutating func float(_ field: Int, _ value: Float) {
    key(field, .fixed32)
    append(value.bitPattern)
  }

  mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
    key(field, .lengthDelimited)
    raw(UInt64(value.count))
    bytes += value
  }

  mutating func string(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

  /// A message within this one.
  mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    data(field, inner.bytes)
  }

  /// Many numbers in one field, as proto3 stores `repeated int64`.
  mutating func packed(_ field: Int, _ values: [Int64]) {
    var inner = ProtobufWriter()
    for value in values { inner.raw(UInt64(bitPattern: value)) }
    data(field, inner.bytes)
  }

  /// Many numbers in one field, as proto3 stores `repeated float`.
  mutating func packed(_ field: Int, _ values: [Float]) {
    var inner = ProtobufWriter()
    inner.bytes.reserveCapacity(4 * values.count)
    for value in values { inner.append(value.bitPattern) }
    data(field, inner.bytes)
  }

  private mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
