extension ImageSet {
  /// Reads a pair of IDX files (`.gz` or plain). Labels are checked against `classes`.
  public init(
    images imagePath: String, labels labelPath: String, classes: Int = 10
  ) throws {
    let names = ClassNames(digits: classes)
    self = try IDXPair(images: imagePath, labels: labelPath).read(names).set
  }
}

/// A file of pictures and the file of their labels.
struct IDXPair {
  let images: String
  let labels: String

  /// Reads both.
  func read(_ names: ClassNames, skipsBad: Bool = false) throws -> Part {
    let sources = (try OpenFile(images), try OpenFile(labels))
    return try IDXPair.read(images: sources.0, labels: sources.1, names, skipsBad: skipsBad)
  }

  static func read(
    images: any ByteSource, labels: any ByteSource, _ names: ClassNames, skipsBad: Bool = false
  ) throws -> Part {
    let imageFile = try IDX(ByteInput(images), .images)
    let labelFile = try IDX(ByteInput(labels), .labels)
    let shape = imageFile.shape
    guard shape[0] == labelFile.shape[0] else {
      throw FileError(
        labels.path, .malformed,
        "it has \(labelFile.shape[0]) labels, but \(images.path) has \(shape[0]) images; "
          + "take both from the same set")
    }
    // Before the pictures, which take a hundred times as long.
    let classes = try labelFile.labels()
    var part = Part.Draft(
      pixels: try imageFile.pixels(), labels: classes, height: shape[1], width: shape[2],
      channels: shape.count == 4 ? shape[3] : 1, path: images.path, labelPath: labels.path)
    if names.isTransposed { try part.transpose() }
    return try part.checked(names, skipsBad: skipsBad) { "at byte \(labelFile.place(ofLabel: $0))" }
  }
}
