#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is there whole or not at all: written under another name, synced, renamed, and its folder
/// synced. Whatever fails or is killed on the way, an earlier file of the name stays as it was.
public struct AtomicFile {
  /// The name it will have.
  public let path: String
  private let temporary: String
  private let descriptor: Int32

  /// Writes `path` with what `body` appends. Without `isSynced` a power cut may leave it damaged, which is
  /// enough for what has a checksum and can be made anew.
  public static func write(
    to path: String, isSynced: Bool = true, _ body: (AtomicFile) throws -> Void
  ) throws {
    let file = try AtomicFile(path)
    do {
      try body(file)
      try file.commit(isSynced: isSynced)
    } catch {
      close(file.descriptor)
      unlink(file.temporary)
      throw error
    }
  }

  /// Writes `path` with these bytes.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { file in try bytes.withUnsafeBytes { try file.append($0) } }
  }

  /// Writes `path` with this text.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// What unfinished files end with.
  static let suffix = ".partial"

  private init(_ path: String) throws(FileError) {
    self.path = path
    // The process makes the name its own; two threads that write one file would be wrong anyway.
    temporary = "\(path).\(getpid())\(AtomicFile.suffix)"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FileError.system("write", path, errno) }
  }

  /// Adds bytes at the end.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try put(bytes) { systemWrite(descriptor, $0, $1) }
  }

  /// Replaces bytes that were appended before.
  func replace(_ bytes: [UInt8], at place: Int) throws(FileError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    var next = place
    try put(UnsafeRawBufferPointer(memory)) { from, count in
      let written = pwrite(descriptor, from, count, off_t(next))
      next += max(0, written)
      return written
    }
  }

  private func put(
    _ bytes: UnsafeRawBufferPointer, _ write: (UnsafeRawPointer?, Int) -> Int
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = write(bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        throw FileError.system("write", path, written == 0 ? ENOSPC : errno)
      }
    }
  }

  private func commit(isSynced: Bool) throws(FileError) {
    if isSynced {
      // Without this the name could reach the disk before the contents.
      if fsync(descriptor) != 0 { throw FileError.system("write", path, errno) }
      try AtomicFile.move(temporary, to: path)
    } else if rename(temporary, path) != 0 {
      throw FileError.system("write", path, errno)
    }
    close(descriptor)
  }

  /// Renames, and syncs the folder: until then a power cut could bring the old file back.
  static func move(_ old: String, to new: String) throws(FileError) {
    if rename(old, new) != 0 { throw FileError.system("write", new, errno) }
    let folder = Folder.parent(of: new)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw FileError.system("open", folder, errno) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder; the file itself is written by now.
    if fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP {
      throw FileError.system("sync", folder, errno)
    }
  }
}

/// `write` of the system, under a name that the methods above do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
