/// The files MNIST came in: a magic number with type and rank, one big-endian size per axis, then bytes.
enum IDX {
  /// The sizes and bytes of an IDX file of unsigned bytes, plain or .gz, of the given rank.
  static func read(_ path: String, rank: Int) throws(FileError) -> (shape: [Int], bytes: [UInt8]) {
    let file = try GzipFile(path)
    let header = try file.read(4 + 4 * rank)
    let shape = try shape(of: header, rank: rank, path)
    guard let size = ImageSet.product(shape), size <= file.mostBytes else {
      throw FileError(
        path, .malformed,
        "the sizes at byte 4 claim \(text(shape)) bytes, more than a file of \(file.size) bytes can hold; "
          + "fetch it again")
    }
    let bytes = try file.read(size)
    guard bytes.count == size else {
      throw FileError(
        path, .malformed,
        "it ends at byte \(header.count + bytes.count), but its sizes \(text(shape)) need "
          + "\(header.count + size); fetch it again")
    }
    guard try file.isAtEnd() else {
      throw FileError(
        path, .malformed,
        "there is more behind the \(header.count + size) bytes that its sizes \(text(shape)) need; "
          + "correct the sizes at byte 4 or fetch it again")
    }
    return (shape, bytes)
  }

  private static func shape(
    of header: [UInt8], rank: Int, _ path: String
  ) throws(FileError) -> [Int] {
    let magic: [UInt8] = [0, 0, 8, UInt8(rank)]
    guard header.count >= 4 else {
      throw FileError(path, .malformed, "it ends at byte \(header.count), inside the magic number")
    }
    guard Array(header.prefix(4)) == magic else {
      let kind = rank == 1 ? "labels" : "images"
      throw FileError(
        path, .malformed,
        "it begins with \(hex(header.prefix(4))), but IDX \(kind) begin with \(hex(magic[...])); "
          + remedy(header, rank))
    }
    guard header.count == 4 + 4 * rank else {
      throw FileError(path, .malformed, "it ends at byte \(header.count), inside the sizes")
    }
    return (1...rank).map { axis in
      header[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// Exchanged files are the usual mistake.
  private static func remedy(_ header: [UInt8], _ rank: Int) -> String {
    let other: UInt8 = rank == 1 ? 3 : 1
    return Array(header.prefix(4)) == [0, 0, 8, other]
      ? "were images and labels exchanged?" : "is it another kind of file?"
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: "x")
  }
}

extension ImageSet {
  /// Reads a pair of IDX files (`.gz` or plain). Labels are checked against `classes`.
  public init(
    images imagePath: String, labels labelPath: String, classes: Int = 10
  ) throws {
    let (shape, pixels) = try IDX.read(imagePath, rank: 3)
    let (labelShape, labels) = try IDX.read(labelPath, rank: 1)
    guard shape[0] == labelShape[0] else {
      throw FileError(
        labelPath, .malformed,
        "it has \(labelShape[0]) labels, but \(imagePath) has \(shape[0]) images; "
          + "take both from the same set")
    }
    if let place = labels.firstIndex(where: { Int($0) >= classes }) {
      throw FileError(
        labelPath, .malformed,
        "label \(labels[place]) at byte \(8 + place) is not in 0...\(classes - 1)")
    }
    do {
      try self.init(
        pixels: pixels, labels: labels.map(Int32.init), height: shape[1], width: shape[2],
        classes: classes)
    } catch { throw FileError(imagePath, .malformed, error.message) }
  }
}
