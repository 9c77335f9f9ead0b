/// Finds IDX files by the names they usually have.
enum IDXNames {
  /// The names that the labels of an images file may have, without folder and `.gz`:
  /// `t10k-images-idx3-ubyte` has `t10k-labels-idx1-ubyte`, or QMNIST's `...-labels-idx2-int`.
  static func labels(of images: String) -> [String] {
    let name = FileNames.unpacked(images)
    let base = name.replacingLast("images", with: "labels") ?? name
    let names = ["idx1", "idx2"].compactMap { base.replacingLast("idx3", with: $0) }
    let numbers = names.compactMap { $0.replacingLast("ubyte", with: "int") }
    return names.isEmpty ? (base == name ? [] : [base]) : names + numbers
  }

  /// The labels file beside an images file.
  static func pair(_ images: String) throws(FileError) -> IDXPair {
    let names = labels(of: FileNames.last(images))
    let folder = Folder.parent(of: images)
    let paths = names.flatMap { ["\(folder)/\($0).gz", "\(folder)/\($0)"] }
    guard let labels = paths.first(where: FileNames.exists) else {
      let sought = names.first.map { "\($0) (or the same with .gz) is not beside it" }
      throw FileError(
        images, .missing,
        "its labels were not found: \(sought ?? "its name does not say theirs"); give their file")
    }
    return IDXPair(images: images, labels: labels)
  }

  /// Whether a file of this name should hold pictures.
  static func isImages(_ name: String) -> Bool {
    name.contains("images") && name.contains("idx3")
  }
}

/// The pairs of IDX files in a folder that belong together: a part to learn from, and one to be tested on.
struct IDXFolder {
  let training: IDXPair
  let test: IDXPair?

  /// The words that mark a file's part.
  private static let parts = ["train", "t10k", "test"]

  /// Nil if the folder has no IDX pictures.
  init?(_ folder: String, names: [String]) throws(FileError) {
    let images = names.filter(IDXNames.isImages)
    if images.isEmpty { return nil }
    var firstError: FileError?
    var sets: [String: [String: IDXPair]] = [:]
    // Sorted, so that of a plain file and its .gz the latter is taken: it has a checksum.
    for name in images.sorted() {
      do throws(FileError) {
        let pair = try IDXNames.pair(FileNames.join(folder, name))
        let part = IDXFolder.parts.first { name.contains($0) } ?? ""
        let key = part.isEmpty ? name : name.replacingLast(part, with: "*") ?? name
        sets[FileNames.unpacked(key), default: [:]][part] = pair
      } catch { firstError = firstError ?? error }
    }
    guard let (key, found) = sets.first else {
      if let firstError { throw firstError }
      return nil
    }
    guard sets.count == 1 else {
      throw FileError(
        folder, .other,
        "it holds several sets (\(sets.keys.sorted().joined(separator: ", "))); give the images file of one"
      )
    }
    let test = found["t10k"] ?? found["test"]
    guard let training = found["train"] ?? found[""] ?? test else {
      throw FileError(folder, .missing, "\(key) has no part to learn from")
    }
    self.training = training
    self.test = training.images == test?.images ? nil : test
  }

  func read(_ options: LoadingOptions) throws -> DataSet {
    let names = ClassNames(guessing: training.images, classes: options.classes)
    let parts = try inParallel([training, test].compactMap { $0 }) {
      try $0.read(names, skipsBad: options.skipsBad)
    }
    return DataSet(
      parts[0], test: parts.count > 1 ? parts[1] : nil, names.names,
      path: Folder.parent(of: training.images), form: "IDX files")
  }
}
