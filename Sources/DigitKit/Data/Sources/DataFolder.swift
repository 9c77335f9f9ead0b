/// A folder, told apart by the names in it.
struct DataFolder {
  let path: String
  let names: [String]

  init(_ path: String) throws {
    self.path = path
    names = try FileNames.inside(path)
  }

  func read(_ options: LoadingOptions) throws -> DataSet {
    if let pairs = try IDXFolder(path, names: names) { return try pairs.read(options) }
    throw FileError(path, .missing, "no form of data that is known is in it")
  }
}
