/// TFRecord: length, its checksum, the record, its checksum.
enum RecordFrame {
  /// A record in its frame.
  static func around(_ record: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(record.count))
    return length + littleEndian(CRC32C.masked(length)) + record
      + littleEndian(CRC32C.masked(record))
  }

  /// The records of a file, each with the place behind it, up to the first that is not whole.
  static func records(_ bytes: [UInt8]) -> [(record: ArraySlice<UInt8>, end: Int)] {
    var records: [(record: ArraySlice<UInt8>, end: Int)] = []
    var place = 0
    while bytes.count - place >= 16 {
      let length = number(bytes[place..<place + 8], UInt64.self)
      let sum = number(bytes[place + 8..<place + 12], UInt32.self)
      guard sum == CRC32C.masked(bytes[place..<place + 8]),
        length <= UInt64(bytes.count - place - 16)
      else { break }
      let first = place + 12
      let record = bytes[first..<first + Int(length)]
      let end = record.endIndex + 4
      guard number(bytes[record.endIndex..<end], UInt32.self) == CRC32C.masked(record) else {
        break
      }
      records.append((record, end))
      place = end
    }
    return records
  }

  private static func littleEndian<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func number<T: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _: T.Type) -> T {
    T(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: T.self) })
  }
}
