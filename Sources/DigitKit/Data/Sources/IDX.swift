/// A file of the form MNIST came in, plain or .gz: a magic number with type and rank, one big-endian size
/// per axis, then the values. Its header is read and checked when it is made, its values when they are
/// asked for.
final class IDX {
  /// What the file is read as.
  enum Content {
    /// Bytes: pictures, rows and columns; or channels behind these.
    case images
    /// Bytes, one of each picture; or 32-bit numbers, a row of each picture whose first is the class.
    case labels
  }

  /// The sizes of its axes.
  let shape: [Int]
  private let content: Content
  private let input: ByteInput
  private let headerSize: Int
  /// Bytes behind the header.
  private let size: Int
  private let valueSize: Int

  convenience init(_ path: String, _ content: Content) throws(FileError) {
    try self.init(ByteInput(path), content)
  }

  init(_ input: ByteInput, _ content: Content) throws(FileError) {
    self.input = input
    self.content = content
    let path = input.path
    let magic = try input.read(4)
    guard magic.count == 4 else {
      throw FileError(path, .malformed, "it ends at byte \(magic.count), inside the magic number")
    }
    guard content.magics.contains(magic) else {
      throw FileError(
        path, .malformed,
        "it begins with \(hex(magic)), but IDX \(content) begin with "
          + content.magics.map { hex($0) }.joined(separator: " or ")
          + "; \(content.remedy(magic))")
    }
    let rank = Int(magic[3])
    let sizes = try input.read(4 * rank)
    guard sizes.count == 4 * rank else {
      throw FileError(
        path, .malformed, "it ends at byte \(4 + sizes.count), inside the sizes; fetch it again")
    }
    shape = (0..<rank).map { axis in sizes[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard !shape.dropFirst().contains(0) else {
      throw FileError(
        path, .malformed,
        "the sizes at byte 4 claim \(content) of \(IDX.text(shape)), none of which holds a value; "
          + "fetch it again")
    }
    valueSize = magic[2] == 0x0C ? 4 : 1
    headerSize = 4 + 4 * rank
    guard let size = ImageSet.product(shape + [valueSize]), size <= input.mostBytes else {
      throw FileError(
        path, .malformed,
        "the sizes at byte 4 claim \(IDX.text(shape)) values, more than a file of "
          + "\(input.packedSize) bytes should hold; fetch it again")
    }
    self.size = size
  }

  /// The bytes of all pictures.
  func pixels() throws -> Pixels {
    let block = try ByteBlock(size, for: input.path) { memory in
      try checkEnd(read: input.read(into: memory))
    }
    return Pixels(block)
  }

  /// The class of each picture.
  func labels() throws(FileError) -> [Int32] {
    let bytes = try input.read(size)
    try checkEnd(read: bytes.count)
    if valueSize == 1 { return bytes.map(Int32.init) }
    let row = 4 * shape.dropFirst().reduce(1, *)
    return (0..<shape[0]).map { item in
      Int32(bitPattern: bytes[item * row..<item * row + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }
  }

  /// Where the label of a picture begins, once unpacked.
  func place(ofLabel item: Int) -> Int {
    headerSize + item * valueSize * shape.dropFirst().reduce(1, *)
  }

  private func checkEnd(read count: Int) throws(FileError) {
    let needed = "its sizes \(IDX.text(shape)) need \(headerSize + size)"
    guard count == size else {
      throw FileError(
        input.path, .malformed,
        "it ends at byte \(headerSize + count), but \(needed); fetch it again")
    }
    guard try input.isAtEnd() else {
      throw FileError(
        input.path, .malformed,
        "it goes on behind byte \(headerSize + size), but \(needed); correct the sizes at byte 4 or "
          + "fetch it again")
    }
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: "x")
  }
}

extension IDX.Content: CustomStringConvertible {
  var description: String { self == .images ? "images" : "labels" }

  /// The first four bytes: two zeros, type (8: bytes, 0C: 32-bit numbers), rank.
  var magics: [[UInt8]] {
    switch self {
    case .images: [[0, 0, 8, 3], [0, 0, 8, 4]]
    case .labels: [[0, 0, 8, 1], [0, 0, 12, 1], [0, 0, 12, 2]]
    }
  }

  /// Exchanged files are the usual mistake.
  func remedy(_ magic: [UInt8]) -> String {
    let other: IDX.Content = self == .images ? .labels : .images
    return other.magics.contains(magic)
      ? "were images and labels exchanged?" : "is it another kind of file?"
  }
}
