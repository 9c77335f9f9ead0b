import CZlib

/// A zip archive, written front to back into a file. No times are stored: the same contents give the same bytes.
struct ZipWriter {
  private let file: AtomicFile
  private var position = 0
  private var directory: [UInt8] = []
  private var count = 0
  /// Zip's sizes have 32 bits; larger archives would need an extension that is not written here.
  private static let mostBytes = Int(UInt32.max)

  init(_ file: AtomicFile) { self.file = file }

  /// Adds an entry of these bytes, packed.
  mutating func add(_ name: String, _ pieces: [[UInt8]]) throws {
    var sum = crc32(0, nil, 0)
    var packed: [UInt8] = []
    let deflater = Deflater(.bare)
    for (number, piece) in pieces.enumerated() {
      sum = piece.withUnsafeBufferPointer { crc32_z(sum, $0.baseAddress, $0.count) }
      try piece.withUnsafeBytes { bytes in
        try deflater.add(bytes, isLast: number == pieces.count - 1) { packed += $0 }
      }
    }
    let size = pieces.reduce(0) { $0 + $1.count }
    guard size <= ZipWriter.mostBytes, position + packed.count <= ZipWriter.mostBytes else {
      throw DataError("\(name) is too large for one .npz: split the set, or write IDX files")
    }
    // Version 2.0, no flags, deflated, and the first day that zip knows.
    let shared: [UInt8] =
      ZipWriter.little(20, 2) + ZipWriter.little(0, 2) + ZipWriter.little(8, 2)
      + ZipWriter.little(0, 2) + ZipWriter.little(0x21, 2) + ZipWriter.little(Int(sum), 4)
      + ZipWriter.little(packed.count, 4) + ZipWriter.little(size, 4)
      + ZipWriter.little(name.utf8.count, 2) + ZipWriter.little(0, 2)
    directory +=
      ZipWriter.little(0x0201_4B50, 4) + ZipWriter.little(20, 2) + shared
      + [UInt8](repeating: 0, count: 10) + ZipWriter.little(position, 4) + Array(name.utf8)
    count += 1
    try append(ZipWriter.little(0x0403_4B50, 4) + shared + Array(name.utf8))
    try append(packed)
  }

  /// Writes the directory of all entries.
  mutating func finish() throws {
    let start = position
    try append(directory)
    try append(
      ZipWriter.little(0x0605_4B50, 4) + ZipWriter.little(0, 4) + ZipWriter.little(count, 2)
        + ZipWriter.little(count, 2) + ZipWriter.little(directory.count, 4)
        + ZipWriter.little(start, 4) + ZipWriter.little(0, 2))
  }

  private mutating func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try file.append($0) }
    position += bytes.count
  }

  private static func little(_ number: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
