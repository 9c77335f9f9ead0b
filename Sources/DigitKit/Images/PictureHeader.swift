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
  /// What is left to decode.
  private var content: Content

  private enum Content {
    case png(PNGFile)
    case bmp(BMPFile)
    case leptonica([UInt8])
  }

  init(_ format: PictureFormat, _ bytes: [UInt8]) throws(PictureFault) {
    let view = ByteView(bytes: bytes)
    var frames = 1
    var work = 0
    content = .leptonica(bytes)
    switch format {
    case .png:
      let file = try PNGFile(view)
      (width, height, content) = (file.width, file.height, .png(file))
    case .jpeg:
      let header = try JPEGHeader(view)
      (width, height, orientation) = (header.width, header.height, header.orientation)
      content = .leptonica(header.plainBytes(of: view))
      // Photographs come in one scan or about ten.
      frames = max(1, header.scans / 16)
    case .bmp:
      let file = try BMPFile(view)
      (width, height, content) = (file.width, file.height, .bmp(file))
    case .gif:
      let header = try GIFHeader(view)
      (width, height, work) = (header.width, header.height, header.pixels)
    case .tiff, .webp, .pnm:
      (width, height) = try Leptonica.size(of: bytes)
    }
    guard (1..<1 << 31).contains(width), (1..<1 << 31).contains(height) else {
      throw PictureFault("its header claims a size of \(width)x\(height)")
    }
    // Two sides below 2^31 and frames below 2^25 (each takes a byte of the file at least).
    let (product, overflow) = (width * height).multipliedReportingOverflow(by: frames)
    self.work = overflow ? .max : max(work, product)
  }

  /// The picture itself. Its size should have been looked at before.
  func decode(_ bytes: [UInt8]) throws(PictureFault) -> Picture {
    switch content {
    case .png(let file): return try PNGDecoder.decode(file)
    case .bmp(let file): return try BMPDecoder.decode(file, ByteView(bytes: bytes))
    case .leptonica(let bytes):
      return try Leptonica.decode(bytes).upright(orientation)
    }
  }
}
