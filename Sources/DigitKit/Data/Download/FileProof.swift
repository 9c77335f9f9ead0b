/// How a file that was fetched is known to be the right one. Its form is checked in any case.
public struct FileProof: Sendable, Equatable {
  /// What is in it, packed or not.
  public enum Form: Sendable, Equatable {
    /// An IDX file of unsigned bytes with just these sizes: pictures, rows, columns; or labels.
    case idx([Int])
    /// USPS digits as text: so many of each digit, and the SHA-256 of the labels in their order where it is
    /// known.
    case zipCodes(counts: [Int], labels: String?)
  }

  /// What is known of its bytes.
  public enum Sum: Sendable, Equatable {
    /// The SHA-256 of the inflated bytes, which every mirror's packing shares.
    case inflated(String)
    /// The SHA-256 of the file as it is published.
    case packed(String)
    /// No checksum is published: form and sizes alone, and the checksum that .gz has of itself.
    case form
  }

  /// What is in it.
  public var form: Form
  /// What is known of its bytes.
  public var sum: Sum

  /// Throws if the file is not the right one.
  public func check(_ path: String) throws {
    if case .packed(let wanted) = sum {
      let file = try OpenFile(path)
      var found = SHA256()
      for place in stride(from: 0, to: file.size, by: FileProof.pieceSize) {
        found.add(try file.read(place..<min(file.size, place + FileProof.pieceSize)))
      }
      try compare(found, wanted, path)
    }
    switch form {
    case .idx(let shape): try checkIDX(path, shape)
    case .zipCodes(let counts, let labels):
      try ZipCodes(reading: path).check(counts: counts, labels: labels, path)
    }
  }

  private static let pieceSize = 1 << 18

  /// The head and the number of bytes behind it, and their checksum on the way. What a hostile file would
  /// inflate to is never kept, and reading ends where the right file does.
  private func checkIDX(_ path: String, _ shape: [Int]) throws {
    let file = try ByteInput(path)
    let head = IDXWriter.head(shape)
    let found = try file.read(head.count)
    guard found == head else {
      throw FileError(
        path, .malformed,
        "it begins with other bytes than this data set: is it another kind of file?")
    }
    var total = SHA256()
    total.add(found)
    var left = shape.reduce(1, *)
    while left > 0 {
      let piece = try file.read(min(left, FileProof.pieceSize))
      guard !piece.isEmpty else {
        throw FileError(path, .malformed, "it ends \(left) bytes too early; fetch it again")
      }
      left -= piece.count
      if case .inflated = sum { total.add(piece) }
    }
    guard try file.isAtEnd() else {
      throw FileError(path, .malformed, "there is more in it than in this data set; fetch it again")
    }
    if case .inflated(let wanted) = sum { try compare(total, wanted, path) }
  }

  private func compare(_ found: SHA256, _ wanted: String, _ path: String) throws(FileError) {
    let found = found.finish()
    guard found != wanted else { return }
    throw FileError(
      path, .malformed,
      "its checksum is \(found.prefix(12))..., but must be \(wanted.prefix(12))...; fetch it again")
  }
}
