/// The directory of a zip archive, whose entries can be read one by one: what numpy's .npz files are.
/// Sizes come from the directory at its end, also those past 4 GB (zip64), and are held against the file's.
struct ZipArchive {
  struct Entry: Equatable {
    var name: String
    /// 0: stored, 8: deflated.
    var method: Int
    var checksum: UInt32
    var packedSize: Int
    var size: Int
    /// Where its own header begins.
    var place: Int
  }

  let source: any ByteSource
  let entries: [Entry]

  static let magic: [UInt8] = [0x50, 0x4B, 3, 4]
  private static let mostEntries = 4096

  init(_ source: any ByteSource) throws(FileError) {
    self.source = source
    let end = try ZipEnd(source)
    guard end.entries <= ZipArchive.mostEntries else {
      throw FileError(
        source.path, .malformed,
        "its directory has \(end.entries) entries, more than the \(ZipArchive.mostEntries) allowed")
    }
    let bytes = try source.read(end.directory)
    var reader = ByteFields(
      bytes, path: source.path, what: "zip directory", offset: end.directory.lowerBound)
    var entries: [Entry] = []
    for _ in 0..<end.entries { entries.append(try ZipArchive.entry(&reader, source)) }
    self.entries = entries
  }

  /// The unpacked bytes of an entry. Their checksum is compared when the end is reached.
  func open(_ entry: Entry) throws(FileError) -> ByteInput {
    let named = ZipArchive.named(entry, source)
    guard entry.place + 30 <= source.size else { throw ZipArchive.damaged(entry, source) }
    // The lengths of name and extra field may differ from the directory's.
    let head = try source.read(entry.place..<entry.place + 30)
    var reader = ByteFields(head, path: source.path, what: "zip entry", offset: entry.place)
    guard try reader.number(4) == 0x0403_4B50 else { throw ZipArchive.damaged(entry, source) }
    try reader.skip(22)
    let lengths = [try reader.number(2), try reader.number(2)]
    let first = entry.place + 30 + lengths[0] + lengths[1]
    guard first <= source.size, entry.packedSize <= source.size - first else {
      throw ZipArchive.damaged(entry, source)
    }
    return try ByteInput(
      source, first..<first + entry.packedSize, isDeflated: entry.method == 8, named: named,
      size: entry.size, checksum: entry.checksum)
  }

  private static func entry(
    _ reader: inout ByteFields, _ source: any ByteSource
  ) throws(FileError) -> Entry {
    guard try reader.number(4) == 0x0201_4B50 else { throw reader.damaged() }
    try reader.skip(4)
    let flags = try reader.number(2)
    let method = try reader.number(2)
    try reader.skip(4)
    let checksum = UInt32(try reader.number(4))
    var sizes = [try reader.number(4), try reader.number(4)]
    let lengths = [try reader.number(2), try reader.number(2), try reader.number(2)]
    try reader.skip(8)
    var place = try reader.number(4)
    let name = String(decoding: try reader.take(lengths[0]), as: UTF8.self)
    var extra = ByteFields(
      try reader.take(lengths[1]), path: source.path, what: "zip directory", offset: reader.place)
    try extra.takeLargeSizes(&sizes, &place)
    try reader.skip(lengths[2])
    let entry = Entry(
      name: name, method: method, checksum: checksum, packedSize: sizes[0], size: sizes[1],
      place: place)
    guard flags & 1 == 0, method == 0 || method == 8 else {
      throw FileError(
        source.path, .malformed,
        "its entry \(name) is encrypted or packed by method \(method); store it with numpy.savez")
    }
    // Deflate packs 1032 to one at best.
    let most = method == 8 ? sizes[0].multipliedReportingOverflow(by: 1032).0 : sizes[0]
    guard place <= source.size, sizes[0] <= source.size, sizes[1] <= most else {
      throw damaged(entry, source)
    }
    return entry
  }

  private static func named(_ entry: Entry, _ source: any ByteSource) -> String {
    "\(source.path)/\(entry.name)"
  }

  private static func damaged(_ entry: Entry, _ source: any ByteSource) -> FileError {
    FileError(
      named(entry, source), .malformed,
      "its place (\(entry.place)) or sizes (\(entry.packedSize) packed, \(entry.size) unpacked) "
        + "cannot be in an archive of \(source.size) bytes; fetch it again")
  }
}
