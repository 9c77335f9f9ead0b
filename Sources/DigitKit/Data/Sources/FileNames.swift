#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Names of files, and what lies where.
enum FileNames {
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// What a folder holds, sorted; names that begin with a dot are left out.
  static func inside(_ folder: String) throws(FileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw FileError(folder, .other, "its names cannot be listed; check its permissions")
    }
  }

  static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  static func join(_ folder: String, _ name: String) -> String {
    name.hasPrefix("/") ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The path from the root, as far as the system knows it.
  static func absolute(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  /// The name without `.gz`.
  static func unpacked(_ name: String) -> String {
    name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
  }
}

extension String {
  /// With the last place of `old` replaced, or nil if there is none.
  func replacingLast(_ old: String, with new: String) -> String? {
    guard let place = ranges(of: old).last else { return nil }
    return replacingCharacters(in: place, with: new)
  }

  private func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
    self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
