import CZlib

/// Decodes PNG without libpng, which writes to standard error and, by way of leptonica, loses some kinds of
/// transparency.
struct PNGDecoder {
  private let file: PNGFile

  /// A part of an interlaced picture, or all of one that is not.
  private struct Pass {
    var left = 0
    var top = 0
    var stepX = 1
    var stepY = 1
    func width(_ file: PNGFile) -> Int { (file.width - left + stepX - 1) / stepX }
    func height(_ file: PNGFile) -> Int { (file.height - top + stepY - 1) / stepY }
    /// Of a row, without its filter.
    func rowBytes(_ file: PNGFile) -> Int { (width(file) * file.bitsOfPixel + 7) / 8 }
    func bytes(_ file: PNGFile) -> Int {
      width(file) > 0 ? (rowBytes(file) + 1) * height(file) : 0
    }

    static let adam7 = [
      Pass(left: 0, top: 0, stepX: 8, stepY: 8), Pass(left: 4, top: 0, stepX: 8, stepY: 8),
      Pass(left: 0, top: 4, stepX: 4, stepY: 8), Pass(left: 2, top: 0, stepX: 4, stepY: 4),
      Pass(left: 0, top: 2, stepX: 2, stepY: 4), Pass(left: 1, top: 0, stepX: 2, stepY: 2),
      Pass(left: 0, top: 1, stepX: 1, stepY: 2),
    ]
  }

  /// The picture, transparent parts over white. The size was checked before.
  static func decode(_ file: PNGFile) throws(PictureFault) -> Picture {
    try PNGDecoder(file: file).picture()
  }

  private func picture() throws(PictureFault) -> Picture {
    let passes = file.isInterlaced ? Pass.adam7 : [Pass()]
    var raw = try inflated(passes.reduce(0) { $0 + $1.bytes(file) })
    let pixels = PNGPixels(file)
    var result = Picture(
      file.width, file.height, pixels.channels,
      [UInt8](repeating: 0, count: file.width * file.height * pixels.channels))
    var start = 0
    for pass in passes where pass.bytes(file) > 0 {
      let row = pass.rowBytes(file)
      for y in 0..<pass.height(file) {
        let first = start + y * (row + 1) + 1
        try PNGDecoder.unfilter(
          &raw, first, row, above: y > 0 ? first - row - 1 : nil,
          step: max(1, file.bitsOfPixel / 8))
        let to = (pass.top + y * pass.stepY) * file.width + pass.left
        pixels.unpack(
          raw, first, count: pass.width(file), into: &result.bytes, at: to, step: pass.stepX)
      }
      start += pass.bytes(file)
    }
    return result
  }

  private func inflated(_ count: Int) throws(PictureFault) -> [UInt8] {
    // Deflate packs 1032 to one at best: nothing is allocated for a claim beyond that.
    guard count <= file.packed.count * 1032 + 64 else {
      throw PictureFault(
        "\(file.packed.count) bytes cannot hold \(file.width)x\(file.height) pixels")
    }
    var got = 0
    let raw = [UInt8](unsafeUninitializedCapacity: count) { to, filled in
      got = PNGDecoder.inflate(file.packed, to)
      filled = got
    }
    guard got == count else {
      throw PictureFault(
        "its picture data is damaged or cut off: \(got) of \(count) bytes could be unpacked")
    }
    return raw
  }

  /// How many bytes came out.
  private static func inflate(
    _ packed: [UInt8], _ to: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return 0
    }
    defer { inflateEnd(&stream) }
    return packed.withUnsafeBufferPointer { from in
      stream.next_in = UnsafeMutablePointer(mutating: from.baseAddress)
      stream.avail_in = uInt(from.count)
      stream.next_out = to.baseAddress
      stream.avail_out = uInt(to.count)
      _ = CZlib.inflate(&stream, Z_SYNC_FLUSH)
      return to.count - Int(stream.avail_out)
    }
  }

  /// Undoes a row's filter: the difference to the left, above, the mean of both, or Paeth's choice.
  private static func unfilter(
    _ raw: inout [UInt8], _ first: Int, _ count: Int, above: Int?, step: Int
  ) throws(PictureFault) {
    let filter = raw[first - 1]
    guard filter <= 4 else { throw PictureFault("there is no filter \(filter)") }
    if filter == 0 { return }
    raw.withUnsafeMutableBufferPointer { raw in
      for x in 0..<count {
        let left = x >= step ? Int(raw[first + x - step]) : 0
        let up = above.map { Int(raw[$0 + x]) } ?? 0
        let corner = x >= step ? above.map { Int(raw[$0 + x - step]) } ?? 0 : 0
        let guess =
          switch filter {
          case 1: left
          case 2: up
          case 3: (left + up) / 2
          default: paeth(left, up, corner)
          }
        raw[first + x] &+= UInt8(guess)
      }
    }
  }

  private static func paeth(_ left: Int, _ up: Int, _ corner: Int) -> Int {
    let (a, b, c) = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
    return a <= b && a <= c ? left : b <= c ? up : corner
  }
}
