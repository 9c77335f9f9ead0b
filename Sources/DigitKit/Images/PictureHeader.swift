import CLeptonica

/// Why bytes are not a picture; whoever knows the file's name makes a `FileError` of it.
struct PictureFault: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// The size that a picture file claims, found without decoding and without trusting it.
struct PictureHeader {
  var width: Int
  var height: Int
  /// Pixels that decoding will touch: frames and passes count.
  var work: Int
  /// How the picture is to be turned, as in EXIF.
  var orientation = 1

  init(_ format: PictureFormat, _ bytes: [UInt8]) throws(PictureFault) {
    let view = ByteView(bytes: bytes)
    var frames = 1
    var work = 0
    switch format {
    case .png:
      guard view.matches("IHDR", at: 12), let width = view.big32(16), let height = view.big32(20)
      else { throw PictureFault("it ends or goes wrong inside its header") }
      (self.width, self.height) = (width, height)
    case .jpeg:
      let header = try JPEGHeader(view)
      (width, height, orientation) = (header.width, header.height, header.orientation)
      // Photographs come in one scan or about ten.
      frames = max(1, header.scans / 16)
    case .bmp:
      guard let (width, height) = PictureHeader.bmp(view) else {
        throw PictureFault("it ends inside its header")
      }
      (self.width, self.height) = (width, height)
    case .gif:
      let header = try GIFHeader(view)
      (width, height, work) = (header.width, header.height, header.pixels)
    case .tiff, .webp, .pnm:
      (width, height) = try PictureHeader.byLeptonica(bytes)
    }
    guard (1..<1 << 31).contains(width), (1..<1 << 31).contains(height) else {
      throw PictureFault("its header claims a size of \(width)x\(height)")
    }
    // Two sides below 2^31 and frames below 2^25 (each takes a byte of the file at least).
    let (product, overflow) = (width * height).multipliedReportingOverflow(by: frames)
    self.work = overflow ? .max : max(work, product)
  }

  private static func bmp(_ view: ByteView) -> (Int, Int)? {
    guard let size = view.little32(14) else { return nil }
    if size == 12 {
      guard let width = view.little16(18), let height = view.little16(20) else { return nil }
      return (width, height)
    }
    guard let width = view.littleSigned32(18), let height = view.littleSigned32(22) else {
      return nil
    }
    // Rows from the top have a negative height.
    return (width, abs(height))
  }

  private static func byLeptonica(_ bytes: [UInt8]) throws(PictureFault) -> (Int, Int) {
    var sizes: (width: Int32, height: Int32) = (0, 0)
    var (format, bits, samples, mapped): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    Leptonica.quiet()
    let status = pixReadHeaderMem(
      bytes, bytes.count, &format, &sizes.width, &sizes.height, &bits, &samples, &mapped)
    guard status == 0 else { throw PictureFault("its header is damaged or cut off") }
    return (Int(sizes.width), Int(sizes.height))
  }
}
