import CLeptonica

/// Decoding by leptonica, from memory.
enum Leptonica {
  /// Opened when a picture first needs it; nil where it is not installed.
  private static let opened: cleptonica? = {
    var library = cleptonica()
    guard cleptonica_open(&library) != 0 else { return nil }
    // It writes what it dislikes to standard error unless told not to, once for the process.
    _ = library.setMsgSeverity(Int32(L_SEVERITY_NONE))
    return library
  }()

  private static func library() throws(PictureFault) -> cleptonica {
    guard let opened else {
      throw PictureFault(
        "this kind of picture needs leptonica, which is not installed (Debian: libleptonica-dev)")
    }
    return opened
  }

  /// Width and height as the file claims them.
  static func size(of bytes: [UInt8]) throws(PictureFault) -> (width: Int, height: Int) {
    var sizes: (width: Int32, height: Int32) = (0, 0)
    var (format, bits, samples, mapped): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let status = try library().pixReadHeaderMem(
      bytes, bytes.count, &format, &sizes.width, &sizes.height, &bits, &samples, &mapped)
    guard status == 0 else { throw PictureFault("its header is damaged or cut off") }
    return (Int(sizes.width), Int(sizes.height))
  }

  /// The picture, transparent parts over white.
  static func decode(_ bytes: [UInt8]) throws(PictureFault) -> Picture {
    let library = try library()
    guard let read = library.pixReadMem(bytes, bytes.count),
      let picture = Pix(owning: read, library).opaque?.wholeBytes?.picture
    else { throw PictureFault("its picture data is damaged, or of a kind that is not read") }
    return picture
  }

  /// Owns a PIX.
  private final class Pix {
    var pointer: UnsafeMutablePointer<PIX>?
    let library: cleptonica

    init(owning pointer: UnsafeMutablePointer<PIX>, _ library: cleptonica) {
      self.pointer = pointer
      self.library = library
    }
    deinit { library.pixDestroy(&pointer) }

    private func own(_ made: UnsafeMutablePointer<PIX>?) -> Pix? {
      made.map { Pix(owning: $0, library) }
    }

    /// Without palette and without transparency.
    var opaque: Pix? {
      var pix: Pix? = self
      if let palette = library.pixGetColormap(pointer) {
        var isOpaque: Int32 = 1
        _ = library.pixcmapIsOpaque(palette, &isOpaque)
        pix = own(
          library.pixRemoveColormap(
            pointer,
            Int32(isOpaque != 0 ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA)))
      }
      guard let pix, library.pixGetSpp(pix.pointer) == 4 else { return pix }
      return own(library.pixAlphaBlendUniform(pix.pointer, 0xFFFF_FF00))
    }

    /// Of 8 bits a pixel, or of three times 8 in 32.
    var wholeBytes: Pix? {
      switch library.pixGetDepth(pointer) {
      case 8, 32: self
      // A set bit is black.
      case 1: own(library.pixConvert1To8(nil, pointer, 255, 0))
      case 2, 4: own(library.pixConvertTo8(pointer, 0))
      case 16: own(library.pixConvert16To8(pointer, Int32(L_MS_BYTE)))
      case 24: own(library.pixConvert24To32(pointer))
      default: nil
      }
    }

    /// The bytes, whatever the byte order of the machine: leptonica packs pixels into words from the left.
    var picture: Picture? {
      let (width, height) = (Int(library.pixGetWidth(pointer)), Int(library.pixGetHeight(pointer)))
      let wordsOfRow = Int(library.pixGetWpl(pointer))
      guard let words = library.pixGetData(pointer) else { return nil }
      let channels = library.pixGetDepth(pointer) == 8 ? 1 : 3
      let count = width * height * channels
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { to, filled in
        var place = 0
        for y in 0..<height {
          let row = words + y * wordsOfRow
          for x in 0..<width {
            if channels == 1 {
              to[place] = UInt8(truncatingIfNeeded: row[x >> 2] >> UInt32(24 - 8 * (x & 3)))
            } else {
              to[place] = UInt8(truncatingIfNeeded: row[x] >> 24)
              to[place + 1] = UInt8(truncatingIfNeeded: row[x] >> 16)
              to[place + 2] = UInt8(truncatingIfNeeded: row[x] >> 8)
            }
            place += channels
          }
        }
        filled = count
      }
      return Picture(width, height, channels, bytes)
    }
  }
}
