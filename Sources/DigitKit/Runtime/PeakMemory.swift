#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The most memory that a process took so far.
package enum PeakMemory {
  /// In bytes. Linux says so in a file; nil elsewhere.
  package static var ofThisProcess: Int? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
    return read(String(decoding: bytes, as: UTF8.self))
  }

  /// `VmHWM:     12345 kB`. What `getrusage` says would be that of the program which started this one, where that
  /// took more.
  static func read(_ status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    guard let words = line?.split(whereSeparator: \.isWhitespace), words.count == 3,
      words[2] == "kB"
    else { return nil }
    return Int(words[1]).map { $0 * 1024 }
  }
}
