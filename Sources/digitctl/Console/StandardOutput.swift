#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The reader of standard output has gone: `digitctl ... | head -1`. Nothing is wrong, and nothing is left to do.
struct ClosedPipe: Error {}

/// Standard output, written in large pieces; to a terminal line by line.
final class StandardOutput {
  private var buffer: [UInt8] = []
  private let isTerminal: Bool
  private static let pieceSize = 1 << 15

  init() {
    isTerminal = isatty(1) != 0
    // A closed pipe is to be an error here, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  func write(_ line: String) throws {
    buffer += line.utf8
    buffer.append(UInt8(ascii: "\n"))
    if isTerminal || buffer.count >= StandardOutput.pieceSize { try flush() }
  }

  func flush() throws {
    var done = 0
    defer { buffer.removeAll() }
    while done < buffer.count {
      let written = buffer.withUnsafeBytes {
        systemWrite(1, $0.baseAddress.map { $0 + done }, buffer.count - done)
      }
      if written > 0 {
        done += written
      } else if errno == EPIPE {
        throw ClosedPipe()
      } else if errno != EINTR {
        let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        throw OutputError(message: "standard output: cannot write to it: \(reason)")
      }
    }
  }
}
