/// A file of many pictures, told apart by its first bytes.
struct DataFile {
  let path: String

  init(_ path: String) { self.path = path }

  func read(_ options: LoadingOptions) throws -> DataSet {
    let begin = try ByteInput(path).read(512)
    if begin.isEmpty { throw FileError(path, .malformed, "it is empty; fetch it again") }
    if begin.starts(with: [0, 0]) { return try readIDX(options) }
    if begin.starts(with: NumPyArray.magic) || begin.starts(with: ZipArchive.magic) {
      return try NumPySet.read(path, options)
    }
    if let picture = PictureFormat(begin) {
      throw FileError(
        path, .malformed,
        "it is one picture (\(picture.rawValue)), but a set is wanted; give its folder")
    }
    if DataFile.isText(begin) { return try readTable(options) }
    throw FileError(
      path, .malformed,
      "it begins with \(hex(begin.prefix(8))), which no form of data does that is known: IDX, "
        + "NumPy, or comma-separated values, also as .gz")
  }

  private func readIDX(_ options: LoadingOptions) throws -> DataSet {
    let names = ClassNames(guessing: path, classes: options.classes)
    let pair =
      try options.labels.map { IDXPair(images: path, labels: $0) } ?? IDXNames.pair(path)
    let part = try pair.read(names, skipsBad: options.skipsBad)
    return DataSet(part, names.names, path: path, form: "IDX files")
  }

  private func readTable(_ options: LoadingOptions) throws -> DataSet {
    let input = try ByteInput(path)
    let table = try CSVTable(input)
    if table.namesFiles {
      let list = try PictureList.table(table, in: Folder.parent(of: path), options)
      return try DataFolder.read([list], options, "listed pictures")
    }
    let names = ClassNames(guessing: path, classes: options.classes)
    let part = try CSVPictures.read(
      table, names, skipsBad: options.skipsBad, most: input.mostBytes)
    return DataSet(part, names.names, path: path, form: "comma-separated values")
  }

  /// Letters, signs and line ends, but no control characters.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 32 || [9, 10, 13].contains($0) }
  }
}
