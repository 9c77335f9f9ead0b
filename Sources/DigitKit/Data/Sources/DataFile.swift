/// A file of many pictures, told apart by its first bytes.
struct DataFile {
  let path: String

  init(_ path: String) { self.path = path }

  func read(_ options: LoadingOptions) throws -> DataSet {
    let begin = try ByteInput(path).read(512)
    if begin.starts(with: [0, 0]) { return try readIDX(options) }
    throw FileError(
      path, .malformed,
      begin.isEmpty
        ? "it is empty"
        : "it begins with \(hex(begin.prefix(8))): this is no form of data that is known")
  }

  private func readIDX(_ options: LoadingOptions) throws -> DataSet {
    let names = ClassNames(guessing: path, classes: options.classes)
    let pair =
      try options.labels.map { IDXPair(images: path, labels: $0) } ?? IDXNames.pair(path)
    let part = try pair.read(names, skipsBad: options.skipsBad)
    return DataSet(part, names.names, path: path, form: "IDX files")
  }
}
