/// USPS digits as they are published with "The Elements of Statistical Learning": text, a line for each, a label
/// and 256 numbers from -1 (paper) to 1 (ink), 16 rows of 16.
struct ZipCodes {
  private(set) var labels: [Int32] = []
  private(set) var pixels: [UInt8] = []

  static let side = 16
  /// The set has 7,291 and 2,007: what is much longer is another file.
  private static let mostLines = 20_000
  private static let longestLine = 1 << 13

  /// Reads such a file, packed or not.
  init(reading path: String) throws(FileError) {
    let file = try ByteInput(path)
    var rest: [UInt8] = []
    var isAtEnd = false
    while !isAtEnd {
      let piece = try file.read(1 << 16)
      isAtEnd = piece.isEmpty
      rest += piece
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try add(rest[start..<end], path)
        start = end + 1
      }
      rest.removeFirst(start)
      guard rest.count <= ZipCodes.longestLine, labels.count <= ZipCodes.mostLines else {
        throw FileError(
          path, .malformed,
          "line \(labels.count + 1) is longer than a digit's, or there are more than \(ZipCodes.mostLines): "
            + "is it another kind of file?")
      }
    }
    if !rest.isEmpty { try add(rest[...], path) }
  }

  private mutating func add(_ line: ArraySlice<UInt8>, _ path: String) throws(FileError) {
    let number = labels.count + 1
    let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\r" }
    if words.isEmpty { return }
    let count = ZipCodes.side * ZipCodes.side
    guard words.count == count + 1 else {
      throw FileError(
        path, .malformed, "line \(number) has \(words.count) numbers, but a digit has \(count + 1)")
    }
    guard let label = Double(words[0]), label >= 0, label <= 9, label == label.rounded() else {
      throw FileError(path, .malformed, "line \(number) begins with \(words[0]), which is no digit")
    }
    for (place, word) in words.dropFirst().enumerated() {
      guard let value = Double(word), value >= -1, value <= 1 else {
        throw FileError(
          path, .malformed, "line \(number): number \(place + 2), \(word), is not from -1 to 1")
      }
      pixels.append(UInt8(((value + 1) * 127.5).rounded()))
    }
    labels.append(Int32(label))
  }

  /// Throws unless there are so many of each digit, in the order of the labels' sum.
  func check(counts: [Int], labels sum: String?, _ path: String) throws(FileError) {
    var found = [Int](repeating: 0, count: 10)
    for label in labels { found[Int(label)] += 1 }
    guard found == counts else {
      throw FileError(
        path, .malformed,
        "it has \(found.map(String.init).joined(separator: ", ")) of the digits 0 to 9, but must have "
          + counts.map(String.init).joined(separator: ", "))
    }
    guard let sum, SHA256.of(labels.map { UInt8($0) }) != sum else { return }
    throw FileError(path, .malformed, "its digits come in another order; fetch it again")
  }

  /// As IDX files in MNIST's form.
  func writeIDX(to folder: String, part: String) throws {
    var centred: [UInt8] = []
    let size = ZipCodes.side * ZipCodes.side
    for place in 0..<labels.count {
      let bytes = Array(pixels[place * size..<(place + 1) * size])
      centred += try MNISTForm.centred(
        Picture(width: ZipCodes.side, height: ZipCodes.side, bytes: bytes)
      ).bytes
    }
    let set = try ImageSet(
      pixels: centred, labels: labels, height: MNISTForm.side, width: MNISTForm.side, classes: 10)
    try set.writeIDX(to: folder, part: part)
  }
}

/// A digit, light on black, as MNIST has it: its ink in 20x20 with its proportions kept, the centre of mass in the
/// middle of 28x28.
enum MNISTForm {
  static let side = 28
  private static let inner = 20
  /// Fainter pixels are not the digit's edge.
  private static let threshold: UInt8 = 16

  static func centred(_ picture: Picture) throws(DataError) -> Picture {
    let columns = (0..<picture.width).filter { x in
      (0..<picture.height).contains { picture[x, $0] >= threshold }
    }
    let rows = (0..<picture.height).filter { y in
      (0..<picture.width).contains { picture[$0, y] >= threshold }
    }
    guard let left = columns.first, let right = columns.last, let top = rows.first,
      let bottom = rows.last
    else { return try Picture(width: side, height: side, grey: 0) }
    var ink: [UInt8] = []
    for y in top...bottom { for x in left...right { ink.append(picture[x, y]) } }
    let (width, height) = (right - left + 1, bottom - top + 1)
    let longest = max(width, height)
    let scaled = try Picture(width: width, height: height, bytes: ink).resized(
      width: max(1, (width * inner + longest / 2) / longest),
      height: max(1, (height * inner + longest / 2) / longest))
    return try placed(scaled)
  }

  private static func placed(_ ink: Picture) throws(DataError) -> Picture {
    var (mass, across, down) = (0, 0, 0)
    for y in 0..<ink.height {
      for x in 0..<ink.width {
        let value = Int(ink[x, y])
        mass += value
        across += value * (2 * x + 1)
        down += value * (2 * y + 1)
      }
    }
    // In whole numbers: the same on any machine. Rounded so that the mean lies where MNIST's does, at column
    // and row 14 counted from 0. The ink stays inside.
    let left = side / 2 - across / max(1, 2 * mass)
    let top = side / 2 - down / max(1, 2 * mass)
    let (x0, y0) = (
      min(max(0, left), side - ink.width), min(max(0, top), side - ink.height)
    )
    var result = try Picture(width: side, height: side, grey: 0)
    for y in 0..<ink.height { for x in 0..<ink.width { result[x0 + x, y0 + y] = ink[x, y] } }
    return result
  }
}
