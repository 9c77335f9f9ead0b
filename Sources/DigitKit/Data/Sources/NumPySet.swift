/// Pictures and labels as numpy stores them: an .npz archive such as Keras's mnist.npz, or an .npy file (or
/// an archive with one array) whose labels lie in another.
enum NumPySet {
  private struct Names {
    var images: String
    var labels: String
  }

  /// How the arrays of an archive are called: those to learn from, and those to be tested on.
  private static let usual: [(training: Names, test: Names?)] = [
    (Names(images: "x_train", labels: "y_train"), Names(images: "x_test", labels: "y_test")),
    (
      Names(images: "train_images", labels: "train_labels"),
      Names(images: "test_images", labels: "test_labels")
    ),
    (Names(images: "x", labels: "y"), nil),
    (Names(images: "images", labels: "labels"), nil),
    (Names(images: "data", labels: "labels"), nil),
  ]

  /// Reads what lies at `path`, a file that begins as .npy or .npz do.
  static func read(_ path: String, _ options: LoadingOptions) throws -> DataSet {
    let names = ClassNames(guessing: path, classes: options.classes)
    let source = try OpenFile(path)
    if let parts = try archive(source, names, skipsBad: options.skipsBad) {
      return DataSet(
        parts[0], test: parts.count > 1 ? parts[1] : nil, names.names, path: path,
        form: "NumPy arrays")
    }
    let labels = try options.labels ?? labelsBeside(path)
    let part = try pair(
      onlyArray(source), onlyArray(OpenFile(labels)), names, skipsBad: options.skipsBad)
    return DataSet(part, names.names, path: path, form: "NumPy arrays")
  }

  /// The parts of an archive with pictures and labels in it; nil if it holds one array alone, or is none.
  static func archive(
    _ source: any ByteSource, _ names: ClassNames, skipsBad: Bool
  ) throws -> [Part]? {
    guard try source.read(0..<min(4, source.size)) == ZipArchive.magic else { return nil }
    let archive = try ZipArchive(source)
    func entry(_ name: String) -> ZipArchive.Entry? {
      archive.entries.first { $0.name.lowercased() == name + ".npy" }
    }
    for (training, test) in usual {
      let wanted = [training] + (test.map { [$0] } ?? [])
      let found = wanted.compactMap { names in
        entry(names.images).flatMap { images in entry(names.labels).map { (images, $0) } }
      }
      guard !found.isEmpty else { continue }
      return try inParallel(found) { images, labels in
        try pair(
          NumPyArray(archive.open(images)), NumPyArray(archive.open(labels)), names,
          skipsBad: skipsBad)
      }
    }
    if archive.entries.count == 1 { return nil }
    throw FileError(
      source.path, .malformed,
      "its arrays are \(archive.entries.prefix(8).map(\.name).joined(separator: ", ")), but should be "
        + "x_train, y_train, x_test and y_test, or x and y")
  }

  /// The array of an .npy file, or of an archive that has only one.
  static func onlyArray(_ source: any ByteSource) throws(FileError) -> NumPyArray {
    guard try source.read(0..<min(4, source.size)) == ZipArchive.magic else {
      return try NumPyArray(ByteInput(source))
    }
    let archive = try ZipArchive(source)
    guard archive.entries.count == 1 else {
      throw FileError(
        source.path, .malformed, "it has \(archive.entries.count) arrays, but one is wanted")
    }
    return try NumPyArray(archive.open(archive.entries[0]))
  }

  static func pair(
    _ images: NumPyArray, _ labels: NumPyArray, _ names: ClassNames, skipsBad: Bool
  ) throws -> Part {
    let (height, width, channels) = try size(images)
    guard labels.shape == [images.shape[0]] || labels.shape == [images.shape[0], 1] else {
      throw FileError(
        labels.path, .malformed,
        "its shape is \(NumPyArray.text(labels.shape)), but \(images.path) has \(images.shape[0]) "
          + "pictures: one label each is wanted")
    }
    // Before the pictures, which take a hundred times as long.
    let classes = try labels.integers()
    let draft = Part.Draft(
      pixels: try images.pixels(), labels: classes, height: height, width: width,
      channels: channels, path: images.path, labelPath: labels.path)
    return try draft.checked(names, skipsBad: skipsBad) { "of picture \($0)" }
  }

  /// Rows, columns and channels of pictures: (n, rows, columns), with channels behind them or a single one
  /// in front, or (n, pixels) of squares.
  private static func size(_ images: NumPyArray) throws(FileError) -> (Int, Int, Int) {
    let shape = images.shape
    switch shape.count {
    case 3: return (shape[1], shape[2], 1)
    case 4 where shape[3] == 1 || shape[3] == 3: return (shape[1], shape[2], shape[3])
    case 4 where shape[1] == 1: return (shape[2], shape[3], 1)
    case 2: if let side = ImageSet.side(ofSquare: shape[1]) { return (side, side, 1) }
    default: break
    }
    throw FileError(
      images.path, .malformed,
      "its shape is \(NumPyArray.text(shape)), but pictures are (number, rows, columns)")
  }

  /// The labels of an .npy or .npz file have its name with another word in it.
  private static func labelsBeside(_ path: String) throws(FileError) -> String {
    let name = FileNames.last(path)
    let words = [
      ("imgs", "labels"), ("images", "labels"), ("x", "y"), ("X", "y"), ("data", "labels"),
    ]
    let names = words.compactMap { name.replacingLast($0.0, with: $0.1) }.filter { $0 != name }
    let paths = names.map { FileNames.join(Folder.parent(of: path), $0) }
    if let found = paths.first(where: FileNames.exists) { return found }
    throw FileError(
      path, .missing,
      "its labels were not found: none of \(names.joined(separator: ", ")) is beside it; give their file"
    )
  }
}
