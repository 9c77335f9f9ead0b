#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What has come of a file so far: `name.part`, and beside it `name.part.source` with the address it comes
/// from, because another mirror may have packed the same file in other bytes.
final class PartFile {
  let path: String
  private(set) var size = 0
  private let descriptor: Int32
  private var sourcePath: String { path + ".source" }

  /// Opens what is there, or begins anew. Another process that fetches the same file is an error.
  init(for destination: String) throws(FileError) {
    path = destination + ".part"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError.system("write", path, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw FileError(path, .other, "another process is fetching it; wait for its end")
    }
    size = Int(lseek(descriptor, 0, SEEK_END))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Where the bytes came from, and how the server names this version of them.
  struct Source: Equatable {
    var url: String
    var version: String
  }

  var source: Source? {
    get {
      guard let file = try? OpenFile(sourcePath), file.size < 1 << 16,
        let bytes = try? file.read(0..<file.size)
      else { return nil }
      let lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      return lines.count >= 2 ? Source(url: String(lines[0]), version: String(lines[1])) : nil
    }
    set {
      // Without it the next attempt begins anew, which is right too.
      if let newValue {
        try? AtomicFile.write("\(newValue.url)\n\(newValue.version)\n", to: sourcePath)
      }
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if written > 0 {
        done += written
        size += written
      } else if errno != EINTR {
        throw FileError.system("write", path, errno)
      }
    }
  }

  /// Throws away what has come.
  func restart() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileError.system("write", path, errno)
    }
    size = 0
  }

  /// Gives it its name.
  func install(as destination: String) throws(FileError) {
    if fsync(descriptor) != 0 { throw FileError.system("write", path, errno) }
    try AtomicFile.move(path, to: destination)
    unlink(sourcePath)
  }

  func remove() {
    unlink(path)
    unlink(sourcePath)
  }
}
