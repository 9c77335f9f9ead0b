import CLeptonica

/// Decoding by leptonica, from memory.
enum Leptonica {
  /// leptonica writes what it dislikes to standard error unless told not to, once for the process.
  static func quiet() { _ = isQuiet }
  private static let isQuiet = setMsgSeverity(Int32(L_SEVERITY_NONE)) >= 0

  /// The picture, transparent parts over white; nil where leptonica finds it damaged.
  static func decode(_ bytes: [UInt8]) -> Picture? {
    quiet()
    guard let read = pixReadMem(bytes, bytes.count) else { return nil }
    guard let plain = Pix(owning: read).opaque, let whole = plain.wholeBytes else { return nil }
    return whole.picture
  }

  /// Owns a PIX.
  private final class Pix {
    var pointer: UnsafeMutablePointer<PIX>?

    init(owning pointer: UnsafeMutablePointer<PIX>) { self.pointer = pointer }
    deinit { pixDestroy(&pointer) }

    private func own(_ made: UnsafeMutablePointer<PIX>?) -> Pix? { made.map { Pix(owning: $0) } }

    /// Without palette and without transparency.
    var opaque: Pix? {
      var pix: Pix? = self
      if let palette = pixGetColormap(pointer) {
        var isOpaque: Int32 = 1
        pixcmapIsOpaque(palette, &isOpaque)
        pix = own(
          pixRemoveColormap(
            pointer,
            Int32(isOpaque != 0 ? REMOVE_CMAP_BASED_ON_SRC : REMOVE_CMAP_WITH_ALPHA)))
      }
      guard let pix, pixGetSpp(pix.pointer) == 4 else { return pix }
      return own(pixAlphaBlendUniform(pix.pointer, 0xFFFF_FF00))
    }

    /// Of 8 bits a pixel, or of three times 8 in 32.
    var wholeBytes: Pix? {
      switch pixGetDepth(pointer) {
      case 8, 32: self
      // A set bit is black.
      case 1: own(pixConvert1To8(nil, pointer, 255, 0))
      case 2, 4: own(pixConvertTo8(pointer, 0))
      case 16: own(pixConvert16To8(pointer, Int32(L_MS_BYTE)))
      case 24: own(pixConvert24To32(pointer))
      default: nil
      }
    }

    /// The bytes, whatever the byte order of the machine: leptonica packs pixels into words from the left.
    var picture: Picture? {
      let (width, height) = (Int(pixGetWidth(pointer)), Int(pixGetHeight(pointer)))
      let wordsOfRow = Int(pixGetWpl(pointer))
      guard let words = pixGetData(pointer) else { return nil }
      let channels = pixGetDepth(pointer) == 8 ? 1 : 3
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
