/// The headers of a BMP file, in the forms of OS/2 and of all versions of Windows.
struct BMPFile {
  let width: Int
  let height: Int
  let isTopDown: Bool
  let bits: Int
  let packing: Packing
  /// Where the pixels begin.
  let start: Int
  let palette: Palette
  /// Of red, green and blue within a pixel of 16 or 32 bits.
  let masks: [Int]

  enum Packing: Int {
    case none = 0
    case runs8 = 1
    case runs4 = 2
    case masks = 3
    case masksWithAlpha = 6
  }

  init(_ view: ByteView) throws(PictureFault) {
    guard let start = view.little32(10), let size = view.little32(14) else {
      throw PictureFault("it ends inside its header")
    }
    let isOld = size == 12
    guard
      let width = isOld ? view.little16(18) : view.littleSigned32(18),
      let height = isOld ? view.little16(20) : view.littleSigned32(22),
      let bits = view.little16(isOld ? 24 : 28), isOld || (16...4096).contains(size)
    else { throw PictureFault("its header of \(size) bytes is of no known kind, or cut off") }
    self.width = width
    self.height = abs(height)
    isTopDown = height < 0
    self.bits = bits
    self.start = start
    let code = size >= 20 ? view.little32(30) ?? 0 : 0
    guard let packing = Packing(rawValue: code), packing.allowed.contains(bits) else {
      throw PictureFault("\(bits) bits a pixel in packing \(code) are of no known kind")
    }
    self.packing = packing
    switch packing {
    case .masks, .masksWithAlpha: masks = [54, 58, 62].map { view.little32($0) ?? 0 }
    default: masks = bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF]
    }
    palette = BMPFile.palette(view, bits, headerSize: size, start)
  }

  private static func palette(
    _ view: ByteView, _ bits: Int, headerSize size: Int, _ start: Int
  ) -> Palette {
    guard bits <= 8 else { return Palette() }
    let entry = size == 12 ? 3 : 4
    let named = size >= 36 ? view.little32(46) ?? 0 : 0
    let most = max(0, min(start, view.count) - 14 - size) / entry
    let count = min(named == 0 ? 1 << bits : named, most, 1 << bits)
    var palette = Palette()
    for colour in 0..<count {
      let place = 14 + size + colour * entry
      // Blue comes first.
      palette.bytes += view.bytes[place..<place + 3].reversed()
    }
    return palette
  }
}

extension BMPFile.Packing {
  /// Bits of a pixel that go with it.
  var allowed: [Int] {
    switch self {
    case .none: [1, 2, 4, 8, 16, 24, 32]
    case .runs8: [8]
    case .runs4: [4]
    case .masks, .masksWithAlpha: [16, 32]
    }
  }
}
