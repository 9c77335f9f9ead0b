/// Decodes BMP; leptonica leaves out runs, masks and OS/2's forms.
struct BMPDecoder {
  private let file: BMPFile
  private let view: ByteView

  /// The picture; the size was checked before.
  static func decode(_ file: BMPFile, _ view: ByteView) throws(PictureFault) -> Picture {
    try BMPDecoder(file: file, view: view).picture()
  }

  private func picture() throws(PictureFault) -> Picture {
    guard file.bits > 8 else { return painted(try indices()) }
    try checkRows()
    var bytes = [UInt8](repeating: 0, count: file.width * file.height * 3)
    for y in 0..<file.height {
      for x in 0..<file.width {
        let to = (y * file.width + x) * 3
        let from = rowStart(y) + x * file.bits / 8
        if file.bits == 24 {
          for channel in 0..<3 { bytes[to + channel] = view.bytes[from + 2 - channel] }
        } else {
          let pixel = (file.bits == 16 ? view.little16(from) : view.little32(from)) ?? 0
          for channel in 0..<3 {
            bytes[to + channel] = BMPDecoder.byte(pixel, file.masks[channel])
          }
        }
      }
    }
    return Picture(file.width, file.height, 3, bytes)
  }

  /// The bits of a mask, spread to 0...255.
  private static func byte(_ pixel: Int, _ mask: Int) -> UInt8 {
    guard mask != 0 else { return 0 }
    let shift = mask.trailingZeroBitCount
    return UInt8(clamping: (pixel & mask) >> shift * 255 / (mask >> shift))
  }

  // MARK: Rows

  private var rowBytes: Int { (file.width * file.bits + 31) / 32 * 4 }

  private func rowStart(_ y: Int) -> Int {
    file.start + (file.isTopDown ? y : file.height - 1 - y) * rowBytes
  }

  private func checkRows() throws(PictureFault) {
    // The last row's filling may be missing.
    let needed =
      file.start + (file.height - 1) * rowBytes + (file.width * file.bits + 7) / 8
    guard needed <= view.count else {
      throw PictureFault(
        "its pixels would need \(needed) bytes, but it ends at byte \(view.count)")
    }
  }

  // MARK: Palettes

  private func painted(_ indices: [UInt8]) -> Picture {
    let channels = file.palette.channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * channels)
    for index in indices {
      for channel in 0..<channels { bytes.append(file.palette[Int(index), channel]) }
    }
    return Picture(file.width, file.height, channels, bytes)
  }

  private func indices() throws(PictureFault) -> [UInt8] {
    if file.packing == .runs8 || file.packing == .runs4 { return try unpackedRuns() }
    try checkRows()
    var indices = [UInt8](repeating: 0, count: file.width * file.height)
    for y in 0..<file.height {
      for x in 0..<file.width {
        let bit = x * file.bits
        let byte = view.bytes[rowStart(y) + bit / 8]
        indices[y * file.width + x] =
          byte >> UInt8(8 - file.bits - bit % 8) & UInt8(1 << file.bits - 1)
      }
    }
    return indices
  }

  /// Pairs of count and colour; after a count of 0 an end of line (0), of picture (1), a jump (2), or so many
  /// colours one by one, filled up to an even number of bytes.
  private func unpackedRuns() throws(PictureFault) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: file.width * file.height)
    var (x, y, place) = (0, 0, file.start)
    func colour(_ byte: Int, _ number: Int) -> UInt8 {
      UInt8(file.bits == 8 ? byte : number % 2 == 0 ? byte >> 4 : byte & 15)
    }
    func put(_ value: UInt8) {
      if x < file.width, y < file.height {
        let row = file.isTopDown ? y : file.height - 1 - y
        indices[row * file.width + x] = value
      }
      x += 1
    }
    while y < file.height {
      guard let count = view.byte(place), let value = view.byte(place + 1) else {
        throw PictureFault("its packed pixels end at byte \(view.count), in row \(y)")
      }
      place += 2
      switch (count, value) {
      case (0, 0): (x, y) = (0, y + 1)
      case (0, 1): return indices
      case (0, 2):
        x += view.byte(place) ?? 0
        y += view.byte(place + 1) ?? 0
        place += 2
      case (0, _):
        let bytes = (value * file.bits + 7) / 8
        for number in 0..<value {
          put(colour(view.byte(place + number * file.bits / 8) ?? 0, number))
        }
        place += (bytes + 1) / 2 * 2
      default:
        for number in 0..<count { put(colour(value, number)) }
      }
    }
    return indices
  }
}
