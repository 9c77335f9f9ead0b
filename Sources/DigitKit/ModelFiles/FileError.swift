#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that cannot be read or written: one line with its name, what is wrong, and the remedy.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable, Equatable {
    /// There is no such file or folder.
    case missing
    /// This user may not.
    case permission
    /// No space is left.
    case full
    /// Its contents are not what they must be.
    case malformed
    /// Anything else.
    case other
  }

  /// The file.
  public var path: String
  /// What kind of trouble it is.
  public var kind: Kind
  /// What is wrong, and the remedy.
  public var reason: String

  /// `path: reason`
  public var description: String { "\(path.onOneLine): \(reason)" }

  init(_ path: String, _ kind: Kind, _ reason: String) {
    self.path = path
    self.kind = kind
    self.reason = reason.onOneLine
  }

  /// A system call that failed.
  static func system(_ action: String, _ path: String, _ code: Int32) -> FileError {
    let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    let (kind, remedy): (Kind, String) =
      switch code {
      case ENOENT, ENOTDIR: (.missing, "check the path")
      case EACCES, EPERM, EROFS: (.permission, "choose another place, or change its permissions")
      case ENOSPC, EDQUOT, EFBIG: (.full, "free some space, or choose another place")
      default: (.other, "")
      }
    return FileError(
      path, kind, "cannot \(action) it: \(text)" + (remedy.isEmpty ? "" : "; \(remedy)"))
  }
}

extension String {
  /// Control characters written out: a name out of a file must neither break a message's line nor steer
  /// a terminal.
  var onOneLine: String {
    func breaks(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format: true
      default: false
      }
    }
    guard unicodeScalars.contains(where: breaks) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      text += breaks(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
    }
  }
}

/// Bytes as one reads them in a dump, for messages.
func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
