/// A data set that can be fetched by its name: where it lies, and how its files are known to be right.
public struct PublishedSet: Sendable {
  /// A file of a set.
  public struct File: Sendable {
    /// Its name, in the set's folder and on every mirror.
    public var name: String
    /// How it is known to be right.
    public var proof: FileProof
  }

  /// Its name, and where it is looked for.
  public var set: NamedSet
  /// Its licence, as far as it is stated.
  public var licence: String
  /// Folders on the network that hold its files, in the order in which they are tried.
  public var mirrors: [String]
  /// Its files.
  public var files: [File]
  /// Makes, in the folder that has the files, what is read of them; nil where they are read as they are.
  var unpack: (@Sendable (String) throws -> Void)?
  /// What that makes.
  var unpacked: [String] = []

  /// The set of this name.
  public static func named(_ name: String) throws(DataError) -> PublishedSet {
    if let named = NamedSet.named(name), let set = all.first(where: { $0.set == named }) {
      return set
    }
    throw DataError(
      "no data set \"\(name)\" can be fetched\(nearest(name, in: all.map(\.set.name)))")
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
    let place = FileNames.join(folder, set.name)
    let results: [(file: File, outcome: Outcome)] = try files.map { file in
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
    let isUnpacked = unpacked.allSatisfy { Folder.holds(FileNames.join(place, $0)) }
    if let unpack, !isUnpacked || results.contains(where: { $0.outcome == .fetched }) {
      try unpack(place)
    }
    return results
  }
}
