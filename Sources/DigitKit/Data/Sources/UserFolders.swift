#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// DigitKit's folders among a user's own, by the XDG rules.
enum UserFolders {
  /// For data sets.
  static func data(_ environment: [String: String]) -> String? {
    folder("XDG_DATA_HOME", ".local/share", environment)
  }

  /// For what can be made again.
  static func cache(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    folder("XDG_CACHE_HOME", ".cache", environment)
  }

  /// `digitkit` in the folder of a variable, or in the usual one; nil without a home. Relative paths are to
  /// be ignored by the rules.
  private static func folder(
    _ variable: String, _ usual: String, _ environment: [String: String]
  ) -> String? {
    if let folder = environment[variable], folder.hasPrefix("/") {
      return FileNames.join(folder, "digitkit")
    }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return FileNames.join(home, usual + "/digitkit")
  }
}
