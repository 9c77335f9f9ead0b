import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file of answers, a line of JSON each, which a later call goes on with.
final class AnswerFile {
  let path: String
  /// The pictures that it has.
  let done: Set<String>
  private let descriptor: Int32

  /// Opens it, or makes it. What a killed process left of its last line is taken away.
  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AnswerFile.trouble("open", path) }
    let bytes = try AnswerFile.bytes(of: descriptor, path)
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    var done: Set<String> = []
    for (number, line) in bytes[..<whole].split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let text = String(validating: line, as: UTF8.self), let name = AnswerFile.image(text)
      else {
        throw InputError(
          message:
            "\(path): line \(number + 1) is no answer of digitctl predict; give another --out")
      }
      done.insert(name)
    }
    self.done = done
    guard ftruncate(descriptor, off_t(whole)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw AnswerFile.trouble("write", path)
    }
  }

  deinit { close(descriptor) }

  /// Adds lines, and has them on the disk.
  func add(_ lines: [String]) throws {
    guard !lines.isEmpty else { return }
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes {
        systemWrite(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
      }
      guard written > 0 || errno == EINTR else { throw AnswerFile.trouble("write", path) }
      done += max(0, written)
    }
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw AnswerFile.trouble("write", path) }
  }

  private static func image(_ line: String) -> String? {
    guard let entries = JSONValue.fields(ofLine: line),
      case .string(let name)? = entries.first(where: { $0.0 == "image" })?.1
    else { return nil }
    return name
  }

  private static func bytes(of descriptor: Int32, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = piece.withUnsafeMutableBytes {
        Int(systemRead(descriptor, $0.baseAddress, $0.count))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw trouble("read", path) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  private static func trouble(_ action: String, _ path: String) -> OutputError {
    let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    return OutputError(message: "\(path): cannot \(action) it: \(reason)")
  }
}

/// `read` of the system, under a name that no method hides.
func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}
