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
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, range.count - filled,
          off_t(range.lowerBound + filled))
        if got > 0 {
          filled += got
        } else if got == 0 || errno != EINTR {
          failure = got < 0 ? errno : 0
          break
        }
      }
    }
    if failure != 0 { throw FileError.system("read", path, failure) }
    guard bytes.count == range.count else {
      throw FileError(
        path, .malformed,
        "it became shorter while it was read: byte \(range.lowerBound + bytes.count) is gone")
    }
    return bytes
  }
}
