import CZlib

/// The chunks of a PNG file, each checked against its checksum.
struct PNGFile {
  private(set) var width = 0
  private(set) var height = 0
  /// Bits of a sample.
  private(set) var depth = 0
  private(set) var colour = Colour.grey
  private(set) var isInterlaced = false
  /// Red, green, blue, as often as there are colours.
  private(set) var palette: [UInt8] = []
  /// What the chunk tRNS says, as it is.
  private(set) var transparency: [UInt8] = []
  /// Compressed picture data.
  private(set) var packed: [UInt8] = []

  enum Colour: Int {
    case grey = 0
    case colour = 2
    case palette = 3
    case greyAlpha = 4
    case colourAlpha = 6

    var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .colour: 3
      case .colourAlpha: 4
      }
    }

    var depths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .colour, .greyAlpha, .colourAlpha: [8, 16]
      }
    }
  }

  var bitsOfPixel: Int { depth * colour.samples }

  init(_ view: ByteView) throws(PictureFault) {
    var place = 8
    while true {
      guard let length = view.big32(place), let name = view.big32(place + 4),
        let sum = length < view.count ? view.big32(place + 8 + length) : nil
      else { throw PictureFault("it ends inside the chunk at byte \(place)") }
      guard Int(PNGFile.checksum(view.bytes[place + 4..<place + 8 + length])) == sum else {
        throw PictureFault("the checksum of the chunk at byte \(place) is wrong; fetch it again")
      }
      let data = view.bytes[place + 8..<place + 8 + length]
      switch name {
      case PNGFile.name("IHDR"): try readHeader(ByteView(bytes: Array(data)))
      case PNGFile.name("PLTE"): palette = Array(data)
      case PNGFile.name("tRNS"): transparency = Array(data)
      case PNGFile.name("IDAT"): packed += data
      case PNGFile.name("IEND"):
        try check()
        return
      // A capital letter at the start: whoever does not know this chunk cannot show the picture.
      case _ where name >> 29 & 1 == 0:
        throw PictureFault("the chunk at byte \(place) is of a kind that is not known")
      default: break
      }
      if width == 0 { throw PictureFault("it does not begin with its header") }
      place += 12 + length
    }
  }

  private mutating func readHeader(_ data: ByteView) throws(PictureFault) {
    guard data.count == 13, width == 0, let width = data.big32(0), let height = data.big32(4),
      (1..<1 << 31).contains(width), (1..<1 << 31).contains(height)
    else { throw PictureFault("its header is not one, or claims no size") }
    guard let colour = Colour(rawValue: Int(data.bytes[9])),
      colour.depths.contains(Int(data.bytes[8])), data.bytes[10] == 0, data.bytes[11] == 0,
      data.bytes[12] < 2
    else {
      throw PictureFault("its header (\(hexadecimal(data.bytes[8..<13]))) names no kind of PNG")
    }
    (self.width, self.height, self.colour) = (width, height, colour)
    depth = Int(data.bytes[8])
    isInterlaced = data.bytes[12] == 1
  }

  private func check() throws(PictureFault) {
    if width == 0 { throw PictureFault("it has no header") }
    if packed.isEmpty { throw PictureFault("it has no picture data") }
    if palette.count % 3 != 0 || palette.count > 768 || colour == .palette && palette.isEmpty {
      throw PictureFault("its palette of \(palette.count) bytes is none")
    }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> uLong {
    bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) }
  }

  private static func name(_ text: String) -> Int { text.utf8.reduce(0) { $0 << 8 | Int($1) } }
}
