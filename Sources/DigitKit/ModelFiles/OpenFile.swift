#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file open for reading at any place; several threads may read at once.
final class OpenFile: Sendable {
  let path: String
  /// Bytes, when it was opened.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(FileError) {
    self.path = path
    // Opening a pipe would otherwise wait for a writer that may never come; files do not care.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      size = 0
      throw FileError.system("open", path, errno)
    }
    var about = stat()
    let answer = fstat(descriptor, &about)
    size = Int(about.st_size)
    guard answer == 0, about.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path, .other, "it is not a file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The bytes of `range`, which lies within `size`. A file that shrank since is an error.
  func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      do throws(FileError) {
        try read(range, into: UnsafeMutableRawBufferPointer(buffer))
        filled = range.count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The same, into memory that is at least as large.
  func read(_ range: Range<Int>, into memory: UnsafeMutableRawBufferPointer) throws(FileError) {
    var filled = 0
    while filled < range.count {
      let got = pread(
        descriptor, memory.baseAddress.map { $0 + filled }, range.count - filled,
        off_t(range.lowerBound + filled))
      if got > 0 {
        filled += got
      } else if got == 0 {
        throw FileError(
          path, .malformed,
          "it became shorter while it was read: byte \(range.lowerBound + filled) is gone")
      } else if errno != EINTR {
        throw FileError.system("read", path, errno)
      }
    }
  }

  /// The whole file as memory. Only for files that nobody changes in place: what is cut off a mapped file
  /// is a fault of the process.
  func mapped() throws(FileError) -> ByteBlock {
    try ByteBlock(mapping: descriptor, count: size, path)
  }
}
