/// Picture files with their labels, in an order that does not depend on the file system.
struct PictureList: Sendable {
  /// The folder that paths begin in, or the file that lists them: what is told of the set.
  var path: String
  /// Where the pictures lie, seen from `folder`.
  var folder: String
  var files: [String]
  var labels: [Int32]
  var classNames: [String]
  /// Changes with any name, size or time of the files.
  var fingerprint: UInt64
  /// Rows that were left out.
  var skipped = Skipped()

  /// The path of a picture.
  func path(of item: Int) -> String { FileNames.join(folder, files[item]) }
}

extension PictureList {
  /// A folder for each class, named like it, directly in `folder`.
  static func classFolders(
    _ folder: String, _ classes: [String], _ labels: PictureLabels
  ) throws -> PictureList {
    let listings = try inParallel(classes) {
      try FolderListing(FileNames.join(folder, $0), prefix: $0 + "/")
    }
    var list = PictureList(
      path: folder, folder: folder, files: [], labels: [], classNames: labels.names,
      fingerprint: 0)
    for (name, listing) in zip(classes, listings) {
      list.fingerprint &+= listing.fingerprint
      list.labels += Array(repeating: labels[name], count: listing.names.count)
      list.files += listing.names.sorted().map { "\(name)/\($0)" }
    }
    return list
  }

  /// The rows of a table with columns `file` and `label`; files lie beside the table or below.
  static func table(
    _ table: CSVTable, in folder: String, _ options: LoadingOptions
  ) throws -> PictureList {
    let path = table.reader.path
    let column = try table.labelColumn()
    let fileColumn = table.column(CSVTable.fileNames) ?? 0
    var skipped = Skipped()
    var files: [String] = []
    var words: [String] = []
    try table.forEachRow(skipsBad: options.skipsBad, skipped: &skipped) { row throws(FileError) in
      let word = row.text(column)
      guard !PictureLabels.isMissing(word) else {
        throw row.damaged(
          "label \"\(word)\" for \(row.text(fileColumn)), which is none",
          "take the row out, or skip what is bad")
      }
      guard !row.fields[fileColumn].isEmpty else { throw row.damaged("no file name") }
      files.append(row.text(fileColumn))
      words.append(word)
    }
    let labels = try PictureLabels(Set(words), count: options.classes, path)
    var print = Fingerprint(options.skipsBad ? "skips" : "")
    for (file, word) in zip(files, words) {
      for text in [file, word] { print.add(Fingerprint(text)) }
      print.add(file: FileNames.join(folder, file))
    }
    return PictureList(
      path: path, folder: folder, files: files, labels: words.map { labels[$0] },
      classNames: labels.names, fingerprint: print.value, skipped: skipped)
  }
}

extension Fingerprint {
  /// Adds another one.
  mutating func add(_ other: Fingerprint) { add(Int(truncatingIfNeeded: other.value)) }
}
