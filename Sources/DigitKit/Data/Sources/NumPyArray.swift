/// An .npy file: its header is read and checked when it is made, its numbers when they are asked for.
final class NumPyArray {
  let header: NumPyHeader
  let path: String
  private let input: ByteInput
  private let count: Int
  var shape: [Int] { header.shape }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// numpy itself refuses longer ones.
  private static let mostHeaderBytes = 10_000

  init(_ input: ByteInput) throws(FileError) {
    self.input = input
    path = input.path
    let begin = try input.read(8)
    guard begin.count == 8, begin.starts(with: NumPyArray.magic) else {
      throw FileError(
        path, .malformed,
        "it begins with \(hex(begin)), but .npy files with \(hex(NumPyArray.magic))"
      )
    }
    guard (1...3).contains(begin[6]) else {
      throw FileError(path, .malformed, "its version is \(begin[6]), but 1 to 3 are known")
    }
    let length = try input.read(begin[6] == 1 ? 2 : 4)
    let size = length.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size <= NumPyArray.mostHeaderBytes else {
      throw FileError(
        path, .malformed,
        "its header claims \(size) bytes, but has at most \(NumPyArray.mostHeaderBytes)")
    }
    let text = try input.read(size)
    guard text.count == size else {
      throw FileError(
        path, .malformed, "it ends at byte \(input.position), inside the header; fetch it again")
    }
    do { header = try NumPyHeader(text) } catch {
      throw FileError(path, .malformed, "its header is wrong: \(error.message)")
    }
    let bytes = ImageSet.product(header.shape + [header.element.size])
    guard let bytes, bytes <= input.mostBytes else {
      throw FileError(
        path, .malformed,
        "its shape \(NumPyArray.text(header.shape)) claims more numbers than "
          + "\(input.packedSize) bytes should hold; fetch it again")
    }
    count = bytes / header.element.size
    guard !header.isFortran || header.shape.count < 2 else {
      throw FileError(
        path, .malformed,
        "its axes are stored backwards (fortran_order); store numpy.ascontiguousarray(...) of it")
    }
  }

  /// All numbers, which must be bytes or fit into them.
  func pixels() throws -> Pixels {
    let block = try ByteBlock(count, for: path) { memory in
      if header.element.size == 1, header.element.kind == "u" {
        let got = try input.read(into: memory)
        if got < count { throw short() }
      } else {
        var place = 0
        try forEach { number throws(FileError) in
          guard let number, 0...255 ~= number else {
            throw FileError(
              path, .malformed,
              "number \(place) is no whole number from 0 to 255; store pixels as uint8, "
                + "fractions multiplied by 255")
          }
          memory[place] = UInt8(number)
          place += 1
        }
      }
      try checkEnd()
    }
    return Pixels(block)
  }

  /// All numbers, which must be whole.
  func integers() throws(FileError) -> [Int32] {
    var numbers: [Int32] = []
    try forEach { number throws(FileError) in
      guard let number, let label = Int32(exactly: number) else {
        throw FileError(
          path, .malformed, "number \(numbers.count) is no whole number that a label can be")
      }
      numbers.append(label)
    }
    try checkEnd()
    return numbers
  }

  private func forEach(_ body: (Int64?) throws(FileError) -> Void) throws(FileError) {
    let size = header.element.size
    var left = count
    while left > 0 {
      let bytes = try input.read(min(left, 1 << 16) * size)
      guard bytes.count == min(left, 1 << 16) * size else { throw short() }
      for first in stride(from: 0, to: bytes.count, by: size) {
        try body(header.element.wholeNumber(bytes[first..<first + size]))
      }
      left -= bytes.count / size
    }
  }

  private func checkEnd() throws(FileError) {
    guard try input.isAtEnd() else {
      throw FileError(
        path, .malformed,
        "it goes on behind the numbers of its shape \(NumPyArray.text(shape)); fetch it again")
    }
  }

  private func short() -> FileError {
    FileError(
      path, .malformed,
      "it ends at byte \(input.position), inside the numbers of its shape "
        + "\(NumPyArray.text(shape)); fetch it again")
  }

  static func text(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}

extension NumPyHeader.Element {
  /// The number that these bytes are; nil if it has a fraction or does not fit.
  func wholeNumber(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let bits =
      isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    switch kind {
    case "i":
      let unused = 64 - 8 * size
      return Int64(bitPattern: bits << unused) >> unused
    case "f":
      switch size {
      case 4: return Int64(exactly: Float(bitPattern: UInt32(bits)))
      case 8: return Int64(exactly: Double(bitPattern: bits))
      default: return nil
      }
    default: return Int64(exactly: bits)
    }
  }
}
