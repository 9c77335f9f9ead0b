/// What a JPEG says of itself before it is decoded: all its markers are looked at, none of its data.
struct JPEGHeader {
  var width = 0
  var height = 0
  /// Passes over the picture: each costs the decoder as much as the whole picture.
  var scans = 0
  /// EXIF's, 1 to 8: how the camera was held.
  var orientation = 1
  /// What makes the picture; the rest are notes, and stray bytes that decoders complain of.
  private var essential: [Range<Int>] = []

  /// The file without notes and stray bytes.
  func plainBytes(of view: ByteView) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    for range in essential { bytes += view.bytes[range] }
    return bytes + [0xFF, 0xD9]
  }

  /// Throws the reason why this is no whole JPEG.
  init(_ view: ByteView) throws(PictureFault) {
    var place = 2
    while true {
      guard let (marker, next) = JPEGHeader.marker(view, from: place) else {
        throw PictureFault("it ends at byte \(view.count) without its end marker")
      }
      place = next
      switch marker {
      case 0xD9:
        guard width > 0, scans > 0 else {
          throw PictureFault("its end marker at byte \(next - 2) comes before any picture")
        }
        return
      case 0x01, 0xD0...0xD8: continue
      default:
        guard let length = view.big16(place), length >= 2, place + length <= view.count else {
          throw PictureFault("the segment at byte \(place) does not fit into \(view.count) bytes")
        }
        try read(view, marker, place + 2, length - 2)
        place += length
        if marker == 0xDA { place = JPEGHeader.endOfScan(view, from: place) }
        // JFIF's and Adobe's segments say how colours are meant.
        let isNote = marker == 0xFE || (0xE1...0xED).contains(marker) || marker == 0xEF
        if !isNote { essential.append(next - 2..<place) }
      }
    }
  }

  private mutating func read(
    _ view: ByteView, _ marker: Int, _ place: Int, _ length: Int
  ) throws(PictureFault) {
    switch marker {
    case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC && width == 0:
      guard length >= 6, let height = view.big16(place + 1), let width = view.big16(place + 3),
        width > 0, height > 0
      else {
        throw PictureFault("the frame at byte \(place) has no size")
      }
      self.width = width
      self.height = height
    case 0xDA: scans += 1
    case 0xE1 where orientation == 1 && view.matches("Exif\0\0", at: place):
      orientation =
        ExifOrientation.find(
          ByteView(bytes: Array(view.bytes[place + 6..<max(place + 6, place + length)]))) ?? 1
    default: break
    }
  }

  /// The next marker and the place behind it; bytes that belong to none are passed over, as decoders do.
  private static func marker(_ view: ByteView, from start: Int) -> (Int, Int)? {
    var place = start
    while let byte = view.byte(place) {
      place += 1
      guard byte == 0xFF else { continue }
      while view.byte(place) == 0xFF { place += 1 }
      guard let marker = view.byte(place) else { return nil }
      place += 1
      if marker != 0 { return (marker, place) }
    }
    return nil
  }

  /// Where the compressed data of a scan ends: at a marker that is neither a stuffed zero nor a restart.
  private static func endOfScan(_ view: ByteView, from start: Int) -> Int {
    view.bytes.withUnsafeBufferPointer { bytes in
      var place = start
      while place + 1 < bytes.count {
        if bytes[place] == 0xFF, bytes[place + 1] != 0, !(0xD0...0xD7).contains(bytes[place + 1]) {
          return place
        }
        place += 1
      }
      return bytes.count
    }
  }
}

/// The one EXIF tag that changes a picture.
enum ExifOrientation {
  /// The orientation in a block of EXIF, which is a small TIFF file, if it is there and makes sense.
  static func find(_ exif: ByteView) -> Int? {
    let isBig = exif.matches("MM", at: 0)
    guard isBig || exif.matches("II", at: 0) else { return nil }
    func number(_ place: Int, _ size: Int) -> Int? {
      exif.number(place, bytes: size, bigEndian: isBig)
    }
    guard number(2, 2) == 42, let folder = number(4, 4), let entries = number(folder, 2) else {
      return nil
    }
    for entry in 0..<entries {
      let place = folder + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      // Type 3: a number of 16 bits.
      guard tag == 0x0112, number(place + 2, 2) == 3 else { continue }
      return number(place + 8, 2).flatMap { (1...8).contains($0) ? $0 : nil }
    }
    return nil
  }
}
