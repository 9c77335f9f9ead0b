/// Decoded pictures of a folder in one file that is mapped the next time (docs/data.md has its bytes). It
/// names the state of the folder that it was made from; anything wrong in it only means that it is made anew.
struct PictureCache {
  let path: String
  /// Changes with the list's files and with how they become bytes.
  let fingerprint: UInt64

  static let magic = Array("DKPICS\r\n".utf8)
  static let version = 1
  static let suffix = ".pictures"
  /// The header has a page of its own, so that pictures begin at one.
  static let headerSize = 4096
  /// Where the header's own checksum lies: over all bytes in front of it.
  static let headerSum = 72
  /// Pictures of a larger cache are not held against their checksum: reading them all would take seconds.
  static let mostSummed = 1 << 30

  /// The cache of a list; nil where none is wanted. Options that change the result are part of its name.
  init?(_ list: PictureList, _ options: LoadingOptions) {
    guard let folder = PictureCache.folder(options.cache) else { return nil }
    let size = options.size.map { "\($0.height)x\($0.width)" } ?? "as it is"
    let preparation = options.preparation.map { " \($0)" } ?? ""
    let wishes =
      "\(size) \(options.isColour) \(options.skipsBad) \(options.classes ?? 0)\(preparation)"
    var name = Fingerprint(FileNames.absolute(list.path))
    name.add(Fingerprint(wishes))
    let label = FileNames.last(list.path).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    path = "\(folder)/\(label.prefix(40))-\(String(name.value, radix: 16))\(PictureCache.suffix)"
    fingerprint = list.fingerprint &+ Fingerprint(wishes).value
  }

  private static func folder(_ cache: LoadingOptions.Cache) -> String? {
    switch cache {
    case .none: nil
    case .folder(let path): path
    case .usual: UserFolders.cache()
    }
  }

  /// What a cache holds.
  struct Content {
    var form: PictureForm
    var pixels: Pixels
    var labels: [Int32]
    var classNames: [String]
    var skipped: Skipped
  }

  /// The content, or nil if there is no cache, or it is of another state of the folder, or damaged.
  func read() -> Content? {
    guard let file = try? OpenFile(path), file.size >= PictureCache.headerSize,
      let block = try? file.mapped()
    else { return nil }
    return try? content(of: block)
  }

  private func content(of block: ByteBlock) throws(FileError) -> Content? {
    let bytes = block.bytes
    func fields(_ range: Range<Int>) -> ByteFields {
      ByteFields(Array(bytes[range]), path: path, what: "cache", offset: range.lowerBound)
    }
    var header = fields(0..<PictureCache.headerSum + 4)
    guard try header.take(8) == PictureCache.magic, try header.number(4) == PictureCache.version
    else { return nil }
    let channels = try header.number(4)
    let count = try header.number(8)
    let (height, width) = (try header.number(4), try header.number(4))
    let print = try header.take(8)
    let (labels, text, end) = (
      try header.number(8), try header.number(8), try header.number(8)
    )
    let sums = [try header.number(4), try header.number(4), try header.number(4)]
    let first = PictureCache.headerSize
    guard print == ByteWriter(fingerprint).bytes, end == bytes.count,
      (first...end).contains(labels), (labels...end).contains(text),
      ImageSet.product([count, height, width, channels]) == labels - first,
      ImageSet.product([count, 4]) == text - labels,
      PictureCache.sum(bytes[..<PictureCache.headerSum]) == sums[2],
      PictureCache.sum(bytes[labels..<end]) == sums[1],
      labels - first > PictureCache.mostSummed
        || PictureCache.sum(bytes[first..<labels]) == sums[0]
    else { return nil }
    let numbers = (0..<count).map {
      Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: labels + 4 * $0, as: Int32.self))
    }
    var words = fields(text..<end)
    var names: [String] = []
    for _ in 0..<(try words.number(4)) { names.append(try words.text()) }
    let skippedCount = try words.number(8)
    var reasons: [String] = []
    for _ in 0..<(try words.number(4)) { reasons.append(try words.text()) }
    let skipped = Skipped(count: skippedCount, reasons: reasons)
    return Content(
      form: PictureForm(height: height, width: width, channels: channels, isFitting: false),
      pixels: Pixels(block, first..<labels), labels: numbers, classNames: names, skipped: skipped)
  }

  private static func sum(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
    var sum = Checksum()
    sum.add(UnsafeRawBufferPointer(rebasing: bytes))
    return Int(sum.value)
  }
}
