/// A folder, told apart by the names in it.
struct DataFolder {
  let path: String
  let names: [String]

  /// Folders in a folder that hold its parts.
  private static let trainingNames = ["train", "training"]
  private static let testNames = ["test", "testing"]

  init(_ path: String) throws {
    self.path = path
    names = try FileNames.inside(path)
  }

  func read(_ options: LoadingOptions) throws -> DataSet {
    if let pairs = try IDXFolder(path, names: names) { return try pairs.read(options) }
    if let table = options.labels ?? tablePath {
      let table = try CSVTable(ByteInput(table))
      return try DataFolder.read(
        [PictureList.table(table, in: path, options)], options, "listed pictures")
    }
    let folders = names.filter { Folder.isFolder(FileNames.join(path, $0)) }
    if let training = folders.first(where: DataFolder.trainingNames.contains) {
      return try readParts(training, folders.first(where: DataFolder.testNames.contains), options)
    }
    guard !folders.isEmpty else { throw unknown() }
    let labels = try PictureLabels(Set(folders), count: options.classes, path)
    return try DataFolder.read(
      [PictureList.classFolders(path, folders, labels)], options, "a folder for each class")
  }

  private var tablePath: String? {
    names.contains("labels.csv") ? FileNames.join(path, "labels.csv") : nil
  }

  /// Two folders with class folders in each. A class may be missing in one of them.
  private func readParts(
    _ training: String, _ test: String?, _ options: LoadingOptions
  ) throws -> DataSet {
    let parts = [training, test].compactMap { $0 }.map { FileNames.join(path, $0) }
    let classes = try parts.map { part in
      try FileNames.inside(part).filter { Folder.isFolder(FileNames.join(part, $0)) }
    }
    let labels = try PictureLabels(Set(classes.joined()), count: options.classes, path)
    let lists = try zip(parts, classes).map { part, classes in
      try PictureList.classFolders(part, classes, labels)
    }
    return try DataFolder.read(lists, options, "a folder for each class")
  }

  /// Reads the parts that lists make up.
  static func read(
    _ lists: [PictureList], _ options: LoadingOptions, _ form: String
  ) throws -> DataSet {
    let results = try lists.map { try PictureReading(list: $0, options: options).read() }
    var set = DataSet(
      results[0].part, test: results.count > 1 ? results[1].part : nil, lists[0].classNames,
      path: lists[0].path, form: form, notes: results.map(\.note))
    set.isPrepared = options.preparation != nil
    return set
  }

  private func unknown() -> FileError {
    let shown = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", ..." : "")
    return FileError(
      path, .missing,
      "it holds \(names.isEmpty ? "nothing" : shown), but should have IDX files, a folder for each class, or "
        + "labels.csv with columns file and label; give a file of pictures itself")
  }
}
