/// The frames of a GIF: a decoder unpacks all of them for the first.
struct GIFHeader {
  let width: Int
  let height: Int
  /// Of all frames.
  private(set) var pixels = 0

  init(_ view: ByteView) throws(PictureFault) {
    guard let width = view.little16(6), let height = view.little16(8), let flags = view.byte(10)
    else { throw PictureFault("it ends inside its header") }
    self.width = width
    self.height = height
    var place = 13 + GIFHeader.paletteBytes(flags)
    while true {
      switch view.byte(place) {
      case 0x3B:
        guard pixels > 0 else { throw PictureFault("it holds no picture") }
        return
      case 0x21: place = try GIFHeader.behindBlocks(view, place + 2)
      case 0x2C:
        guard let wide = view.little16(place + 5), let high = view.little16(place + 7),
          let flags = view.byte(place + 9)
        else { throw PictureFault("it ends inside the frame at byte \(place)") }
        pixels += wide * high
        place = try GIFHeader.behindBlocks(view, place + 11 + GIFHeader.paletteBytes(flags))
      case let byte?:
        throw PictureFault("byte \(place) is \(byte), where a block or the end should begin")
      case nil: throw PictureFault("it ends at byte \(view.count) without its end mark")
      }
    }
  }

  private static func paletteBytes(_ flags: Int) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (flags & 7 + 1)
  }

  private static func behindBlocks(_ view: ByteView, _ start: Int) throws(PictureFault) -> Int {
    var place = start
    while let size = view.byte(place) {
      place += 1 + size
      if size == 0 { return place }
    }
    throw PictureFault("it ends inside the block at byte \(start)")
  }
}
