#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory outside of arrays: a mapped file, or pages of its own that the system gives when they are first
/// written. Where there is not enough, that is an error, and not the end of the process.
final class ByteBlock: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let memory: UnsafeMutableRawPointer?

  /// Lends `count` bytes of zeros to `body` to be filled; from then on they are only read.
  ///
  /// A `sparse` block may be larger than the memory there is, because not all of it will be written.
  init(
    _ count: Int, sparse: Bool = false, for path: String,
    fill body: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let flags = MAP_ANONYMOUS | (sparse ? MAP_NORESERVE : 0)
    memory = try ByteBlock.map(count, PROT_READ | PROT_WRITE, flags, -1, path)
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
    // When this throws, deinit gives the pages back.
    try body(UnsafeMutableRawBufferPointer(start: memory, count: count))
  }

  /// A whole file, open as `descriptor`, as it is on disk.
  init(mapping descriptor: Int32, count: Int, _ path: String) throws(FileError) {
    memory = try ByteBlock.map(count, PROT_READ, 0, descriptor, path)
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit { if let memory { munmap(memory, bytes.count) } }

  static func map(
    _ count: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32, _ path: String
  ) throws(FileError) -> UnsafeMutableRawPointer? {
    // The system maps nothing of no size.
    if count == 0 { return nil }
    let memory = mmap(nil, count, protection, MAP_PRIVATE | flags, descriptor, 0)
    guard memory != MAP_FAILED else {
      let reason = errno == ENOMEM ? "there are not \(count) bytes of memory for it" : nil
      if let reason { throw FileError(path, .other, reason + "; take a part of it") }
      throw FileError.system("map", path, errno)
    }
    return memory
  }
}
