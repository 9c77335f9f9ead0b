#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A data set that can be fetched by its name: where it lies, and how its files are known to be right.
public struct PublishedSet: Sendable {
  /// A file of a set.
  public struct File: Sendable {
    /// Its name, in the set's folder and on every mirror.
    public var name: String
    /// How it is known to be right.
    public var proof: FileProof
  }

  /// `mnist`
  public var name: String
  /// What is in it, in a line.
  public var about: String
  /// Its licence, as far as it is stated.
  public var licence: String
  /// Folders on the network that hold its files, in the order in which they are tried.
  public var mirrors: [String]
  /// Its files.
  public var files: [File]

  /// The set of this name.
  public static func named(_ name: String) throws(DataError) -> PublishedSet {
    if let set = all.first(where: { $0.name == name }) { return set }
    throw DataError(
      "no data set \"\(name)\" can be fetched\(nearest(name, in: all.map(\.name)))")
  }

  /// Where sets are put: `$DIGITKIT_DATA`, without it `$XDG_DATA_HOME/digitkit`, usually
  /// `~/.local/share/digitkit`.
  public static func folder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let own = value("DIGITKIT_DATA") { return own }
    let share = value("XDG_DATA_HOME") ?? (value("HOME") ?? ".") + "/.local/share"
    return share + "/digitkit"
  }

  /// What has become of a file.
  public enum Outcome: Sendable, Equatable {
    /// It was there, and is right.
    case present
    /// It was fetched.
    case fetched
  }

  /// Fetches what is missing or wrong into `folder`/name. `prepare` may set what a download reports and asks.
  public func get(
    into folder: String, mirrors: [String]? = nil, limits: DownloadLimits = DownloadLimits(),
    again: Bool = false, prepare: (File, inout Download) -> Void = { _, _ in }
  ) throws -> [(file: File, outcome: Outcome)] {
    let place = folder + "/" + name
    return try files.map { file in
      let path = place + "/" + file.name
      if !again, Folder.holds(path) {
        do { try file.proof.check(path) } catch let error as FileError {
          throw FileError(path, error.kind, error.reason + "; --force fetches it anew")
        }
        return (file, .present)
      }
      let urls = (mirrors ?? self.mirrors).map {
        $0.hasSuffix("/") ? $0 + file.name : "\($0)/\(file.name)"
      }
      var download = Download(urls, to: path, limits: limits, check: file.proof.check)
      prepare(file, &download)
      try download.run()
      return (file, .fetched)
    }
  }
}
