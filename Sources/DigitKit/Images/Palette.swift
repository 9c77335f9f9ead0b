/// The colours that a picture's pixels are numbers of.
struct Palette {
  /// Red, green, blue, as often as there are colours.
  var bytes: [UInt8] = []

  /// 1 if every colour is a grey, otherwise 3.
  var channels: Int {
    for place in stride(from: 0, to: bytes.count - 2, by: 3) {
      let (red, green, blue) = (bytes[place], bytes[place + 1], bytes[place + 2])
      if red != green || red != blue { return 3 }
    }
    return 1
  }

  /// A number beyond the palette is black, as with other readers.
  subscript(index: Int, channel: Int) -> UInt8 {
    let place = 3 * index + channel
    return place < bytes.count ? bytes[place] : 0
  }
}
