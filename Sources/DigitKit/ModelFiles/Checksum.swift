import CZlib

/// The CRC-32 of bytes, in their order: tells two states of a file apart, and damage from none.
struct Checksum {
  private var sum = crc32(0, nil, 0)

  /// The sum so far.
  var value: UInt32 { UInt32(truncatingIfNeeded: sum) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 << 30)
      rest = rest.dropFirst(part.count)
      part.withUnsafeBytes {
        sum = crc32(sum, $0.bindMemory(to: UInt8.self).baseAddress, uInt($0.count))
      }
    }
  }

  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}
