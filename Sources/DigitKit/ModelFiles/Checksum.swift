import CZlib

/// The CRC-32 of tensors' bytes, in their order: tells two states of a model apart, and damage from none.
struct Checksum {
  private var value = crc32(0, nil, 0)

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 << 30)
      rest = rest.dropFirst(part.count)
      part.withUnsafeBytes {
        value = crc32(value, $0.bindMemory(to: UInt8.self).baseAddress, uInt($0.count))
      }
    }
  }

  mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  static func of(_ tensors: [StoredTensor]) -> String {
    var sum = Checksum()
    for tensor in tensors.sorted(by: { $0.name < $1.name }) { tensor.withBytes { sum.add($0) } }
    return sum.text
  }
}
