import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file read from its beginning, inflated on the way if it is a .gz.
final class GzipFile {
  let path: String
  /// Bytes on disk.
  let size: Int
  private let handle: gzFile

  init(_ path: String) throws(FileError) {
    self.path = path
    // Opening a pipe would otherwise wait for a writer that may never come; files do not care.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.system("open", path, errno) }
    var about = stat()
    guard fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path, .other, "it is not a file")
    }
    guard let handle = gzdopen(descriptor, "rb") else {
      close(descriptor)
      throw FileError.system("open", path, ENOMEM)
    }
    gzbuffer(handle, 1 << 17)
    self.handle = handle
    size = Int(about.st_size)
  }

  deinit { gzclose_r(handle) }

  /// The most bytes that can come out: deflate packs 1032 to one at best. What a header claims beyond that
  /// is a lie, and nothing is allocated for it.
  var mostBytes: Int { gzdirect(handle) != 0 ? size : size.multipliedReportingOverflow(by: 1032).0 }

  /// As many of the next `count` bytes as there are.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let wanted = UInt32(min(count - filled, 1 << 30))
        let got = gzread(handle, buffer.baseAddress.map { $0 + filled }, wanted)
        if got < 0 { failure = got }
        if got <= 0 { break }
        filled += Int(got)
      }
    }
    if failure < 0 { throw damaged() }
    return bytes
  }

  /// Whether nothing is left. Reading on to the end also makes zlib compare its checksum.
  func isAtEnd() throws(FileError) -> Bool {
    guard try read(1).isEmpty else { return false }
    // A .gz that breaks off is an end to gzread and an error to gzerror.
    var code: Int32 = Z_OK
    _ = gzerror(handle, &code)
    if code < 0 { throw damaged() }
    return true
  }

  private func damaged() -> FileError {
    var code: Int32 = Z_OK
    let text = gzerror(handle, &code).map { String(cString: $0) } ?? ""
    return FileError(
      path, .malformed,
      "the packed data is damaged or cut off (\(text)) near byte \(gztell(handle)); fetch it again")
  }
}
