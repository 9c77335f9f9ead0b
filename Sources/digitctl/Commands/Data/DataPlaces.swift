import DigitKit

/// Which data is found where, and what reading it left behind.
struct DataPlaces: Codable {
  /// A folder in which sets are looked for by their names.
  struct Root: Codable {
    var path: String
    var isThere: Bool
  }

  /// A set that has a name.
  struct Named: Codable {
    var name: String
    /// Where it was found; nil: nowhere.
    var path: String?
    /// What fetches it where it was not.
    var remedy: String?
  }

  /// Packed copies of picture folders.
  struct Caches: Codable {
    var path: String
    var count: Int
    var bytes: Int
    /// What empties them; nil where there are none.
    var remedy: String?
  }

  var roots: [Root]
  var sets: [Named]
  /// Nil where there is no home folder for them.
  var caches: Caches?

  static func find() throws -> DataPlaces {
    let roots = NamedSet.roots()
    return DataPlaces(
      roots: roots.map { Root(path: $0, isThere: isFolder($0)) },
      sets: NamedSet.all.map { set in
        let path = set.folder(in: roots)
        return Named(
          name: set.name, path: path,
          remedy: path == nil ? "digitctl data get \(set.name)" : nil)
      },
      caches: try PictureCaches.usual().map { caches in
        Caches(
          path: caches.path, count: caches.count, bytes: caches.bytes,
          remedy: caches.count > 0 ? "rm \(ShellWords.joined([caches.path]))/*.pictures*" : nil)
      })
  }

  /// For people, a line each.
  var lines: [String] {
    var lines = ["Data sets by name, looked for in"]
    lines += roots.map { "  \($0.path)" + ($0.isThere ? "" : ", which is not there") }
    if roots.isEmpty { lines.append("  no folder: set DIGITKIT_DATA to one") }
    lines += sets.map { set in
      let place = set.path ?? set.remedy.map { "not here; get it with \($0)" } ?? ""
      return "  " + padded(set.name, 16) + place
    }
    lines += ["", "Packed copies of picture folders"]
    guard let caches else { return lines + ["  none: there is no home folder to keep them in"] }
    lines.append("  \(caches.path): \(counted(caches.count, "file")), \(inUnits(caches.bytes))")
    if let remedy = caches.remedy { lines.append("  to be rid of them: \(remedy)") }
    return lines
  }
}
