/// Bytes that can be read at any place: a file's, or an array's. What reads one needs no file, so that tests
/// can feed it anything.
protocol ByteSource: Sendable {
  /// The name that errors begin with.
  var path: String { get }
  /// How many bytes there are.
  var size: Int { get }
  /// Fills memory with the bytes of `range`, which lies within `size`.
  func read(_ range: Range<Int>, into memory: UnsafeMutableRawBufferPointer) throws(FileError)
  /// The bytes of `range`, which lies within `size`.
  func read(_ range: Range<Int>) throws(FileError) -> [UInt8]
}

extension OpenFile: ByteSource {}

/// An array as a source.
struct ByteArray: ByteSource {
  let path: String
  let bytes: [UInt8]
  var size: Int { bytes.count }

  init(_ bytes: [UInt8], named path: String) {
    self.bytes = bytes
    self.path = path
  }

  func read(_ range: Range<Int>, into memory: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes {
      memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
    }
  }

  func read(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
}
