/// What a safetensors file says of itself, checked whole before any memory is taken for its tensors.
public struct SafetensorsHeader: Sendable, Equatable {
  /// A tensor's place in the file.
  public struct Entry: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// How its elements are stored.
    public var type: StoredType
    /// Sizes of its axes.
    public var shape: [Int]
    /// Its bytes, counted from the start of the data.
    public var range: Range<Int>
    /// How many elements it has.
    public var count: Int { range.count / type.size }
  }

  /// The longest header that is read: the limit of the reference.
  static let longest = 100_000_000

  /// The tensors in the order of their data.
  public private(set) var entries: [Entry] = []
  /// `__metadata__`
  public private(set) var metadata: [String: String] = [:]

  typealias Trouble = JSONScanner.Trouble

  /// Bytes of the JSON that follows, from the first eight of a file of `fileSize` bytes.
  static func length(_ first: [UInt8], fileSize: Int) throws(Trouble) -> Int {
    guard first.count == 8 else {
      throw Trouble(reason: "it ends at byte \(first.count), inside the header's length")
    }
    let length = first.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length > 0 else { throw Trouble(reason: "the header has no bytes") }
    guard length <= UInt64(longest) else {
      throw Trouble(reason: "a header of \(length) bytes is longer than the \(longest) allowed")
    }
    guard length <= UInt64(fileSize - 8) else {
      throw Trouble(
        reason: "it ends at byte \(fileSize), inside the header of \(length) bytes: it was cut off")
    }
    return Int(length)
  }

  /// Reads the JSON of a file with `dataSize` bytes behind it.
  init(json: [UInt8], dataSize: Int) throws(Trouble) {
    guard String(validating: json, as: UTF8.self) != nil else {
      throw Trouble(reason: "the header is not UTF-8")
    }
    // The format says so, and a file that is two formats at once is an old trick.
    guard json.first == 0x7B else { throw Trouble(reason: "the header does not begin with \"{\"") }
    var scanner = JSONScanner(json)
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try scanner.object { (scanner, name) throws(Trouble) in
      if name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(&scanner)
      } else {
        entries.append(try SafetensorsHeader.entry(name, &scanner))
      }
    }
    scanner.skipSpace()
    guard scanner.place == json.count else {
      throw scanner.trouble("there is something behind the JSON")
    }
    self.metadata = metadata
    self.entries = try SafetensorsHeader.laidOut(entries, dataSize)
  }

  private static func metadata(_ scanner: inout JSONScanner) throws(Trouble) -> [String: String] {
    var metadata: [String: String] = [:]
    try scanner.object { (scanner, key) throws(Trouble) in metadata[key] = try scanner.string() }
    return metadata
  }

  private static func entry(_ name: String, _ scanner: inout JSONScanner) throws(Trouble) -> Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (scanner, key) throws(Trouble) in
      switch key {
      case "dtype": type = try scanner.string()
      case "shape": shape = try naturals(&scanner)
      case "data_offsets": offsets = try naturals(&scanner)
      default: try scanner.skip()  // the reference accepts fields it does not know
      }
    }
    guard let type, let shape, let offsets else {
      let missing = type == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
      throw Trouble(reason: "tensor \"\(name)\" lacks \(missing)")
    }
    guard let type = StoredType(rawValue: type) else {
      throw Trouble(reason: "tensor \"\(name)\" has the unknown dtype \"\(type)\"")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw Trouble(reason: "tensor \"\(name)\" has the impossible data_offsets \(offsets)")
    }
    let entry = Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    guard let size = ImageSet.product(shape + [type.size]), size == entry.range.count else {
      throw Trouble(
        reason: "tensor \"\(name)\" of shape \(shape) and dtype \(type.rawValue) "
          + "does not fill its \(entry.range.count) bytes")
    }
    return entry
  }

  private static func naturals(_ scanner: inout JSONScanner) throws(Trouble) -> [Int] {
    var numbers: [Int] = []
    try scanner.array { (scanner) throws(Trouble) in numbers.append(try scanner.natural()) }
    return numbers
  }

  /// In the order of their data, which they must fill without a hole or an overlap.
  private static func laidOut(_ entries: [Entry], _ dataSize: Int) throws(Trouble) -> [Entry] {
    let entries = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let what =
          entry.range.lowerBound < end ? "overlaps the one before" : "leaves a hole before it"
        throw Trouble(reason: "tensor \"\(entry.name)\" \(what), at byte \(end) of the data")
      }
      end = entry.range.upperBound
    }
    guard end == dataSize else {
      throw Trouble(
        reason: "its tensors need \(end) bytes, but \(dataSize) follow the header"
          + (end > dataSize ? ": it was cut off" : ""))
    }
    return entries
  }
}
