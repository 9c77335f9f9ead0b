#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that only grows, one whole record at a time: a kill between two of them leaves it readable, one in
/// the middle of a record costs that record.
final class AppendedFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// Opens a file, or makes it. `keeping` is given what is there, and says how many bytes of it stay.
  init(_ path: String, keeping: ([UInt8]) -> Int) throws(FileError) {
    self.path = path
    let length = exists(path) ? keeping(try AppendedFile.contents(path)) : 0
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FileError.system("write", path, errno) }
    if ftruncate(descriptor, off_t(length)) != 0 {
      throw FileError.system("shorten", path, errno)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds bytes at the end, by one call of the system where it takes them all.
  func append(_ bytes: [UInt8]) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw FileError.system("write", path, count == 0 ? ENOSPC : errno)
      }
    }
  }

  func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

  /// Waits until the disk has it.
  func sync() { fsync(descriptor) }

  private static func contents(_ path: String) throws(FileError) -> [UInt8] {
    let file = try OpenFile(path)
    return try file.read(0..<file.size)
  }
}

private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
