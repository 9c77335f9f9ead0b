/// The end of a zip archive, which says where its directory lies.
struct ZipEnd {
  let entries: Int
  let directory: Range<Int>

  private static let size = 22
  private static let mostComment = 0xFFFF

  init(_ source: any ByteSource) throws(FileError) {
    let first = max(0, source.size - ZipEnd.size - ZipEnd.mostComment)
    let tail = try source.read(first..<source.size)
    let mark: [UInt8] = [0x50, 0x4B, 5, 6]
    let last = tail.count - ZipEnd.size
    guard
      let place = (0...max(0, last)).reversed().first(where: { tail[$0...].starts(with: mark) }),
      place <= last
    else {
      throw FileError(
        source.path, .malformed,
        "its zip archive has no directory at the end: it was cut off; fetch it again")
    }
    var fields = ByteFields(
      Array(tail[place...]), path: source.path, what: "zip end", offset: first + place)
    try fields.skip(10)
    var entries = try fields.number(2)
    var size = try fields.number(4)
    var begin = try fields.number(4)
    if entries == 0xFFFF || size == 0xFFFF_FFFF || begin == 0xFFFF_FFFF,
      let large = try ZipEnd.large(source, before: first + place)
    {
      (entries, size, begin) = large
    }
    guard begin <= source.size, size <= source.size - begin else { throw fields.damaged() }
    self.entries = entries
    directory = begin..<begin + size
  }

  /// The zip64 numbers: a locator of 20 bytes lies in front of the end and says where they are.
  private static func large(
    _ source: any ByteSource, before place: Int
  ) throws(FileError) -> (Int, Int, Int)? {
    guard place >= 20 else { return nil }
    var locator = ByteFields(
      try source.read(place - 20..<place), path: source.path, what: "zip64 locator",
      offset: place - 20)
    guard try locator.number(4) == 0x0706_4B50 else { return nil }
    try locator.skip(4)
    let begin = try locator.number(8)
    guard begin <= source.size - 56 else { throw locator.damaged() }
    var fields = ByteFields(
      try source.read(begin..<begin + 56), path: source.path, what: "zip64 end", offset: begin)
    guard try fields.number(4) == 0x0606_4B50 else { throw fields.damaged() }
    try fields.skip(28)
    return (try fields.number(8), try fields.number(8), try fields.number(8))
  }
}

extension ByteFields {
  /// From the extra fields of an entry those sizes that do not fit into 32 bits: they stand there in this
  /// order where the directory has all bits set.
  mutating func takeLargeSizes(_ sizes: inout [Int], _ where: inout Int) throws(FileError) {
    let unset = 0xFFFF_FFFF
    while rest >= 4 {
      let kind = try number(2)
      let length = try number(2)
      guard kind == 1 else {
        try skip(length)
        continue
      }
      if sizes[1] == unset { sizes[1] = try number(8) }
      if sizes[0] == unset { sizes[0] = try number(8) }
      if `where` == unset { `where` = try number(8) }
      return
    }
  }
}
