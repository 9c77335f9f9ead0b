/// What the samples of a PNG mean, as bytes.
struct PNGPixels {
  /// 1 or 3, of the result.
  let channels: Int
  private let file: PNGFile
  /// Over white.
  private let colours: Palette
  /// Samples that are meant as "nothing".
  private let absent: [Int]?

  init(_ file: PNGFile) {
    self.file = file
    switch file.colour {
    case .palette:
      var colours = file.palette
      for place in colours.indices where place / 3 < file.transparency.count {
        colours[place] = PNGPixels.overWhite(
          Int(colours[place]), alpha: Int(file.transparency[place / 3]))
      }
      self.colours = Palette(bytes: colours)
      channels = self.colours.channels
      absent = nil
    case .grey, .colour:
      colours = Palette()
      channels = file.colour.samples
      let view = ByteView(bytes: file.transparency)
      let samples = (0..<channels).compactMap { view.big16(2 * $0) }
      absent = samples.count == channels ? samples : nil
    case .greyAlpha, .colourAlpha:
      colours = Palette()
      channels = file.colour.samples - 1
      absent = nil
    }
  }

  /// Writes `count` pixels of the row at `first`, every `step`-th pixel of the picture.
  func unpack(
    _ raw: [UInt8], _ first: Int, count: Int, into bytes: inout [UInt8], at start: Int, step: Int
  ) {
    for x in 0..<count {
      let to = (start + x * step) * channels
      if file.colour == .palette {
        let index = sample(raw, first, x)
        for channel in 0..<channels {
          bytes[to + channel] = colours[index, channel]
        }
      } else {
        pixel(raw, first, x, into: &bytes, at: to)
      }
    }
  }

  private func pixel(
    _ raw: [UInt8], _ first: Int, _ x: Int, into bytes: inout [UInt8], at to: Int
  ) {
    let samples = file.colour.samples
    var isAbsent = absent != nil
    for channel in 0..<channels {
      let value = sample(raw, first, x * samples + channel)
      bytes[to + channel] = byte(value)
      if let absent, absent[channel] != value { isAbsent = false }
    }
    let alpha =
      samples > channels
      ? Int(byte(sample(raw, first, x * samples + channels))) : isAbsent ? 0 : 255
    guard alpha < 255 else { return }
    for channel in 0..<channels {
      bytes[to + channel] = PNGPixels.overWhite(Int(bytes[to + channel]), alpha: alpha)
    }
  }

  private func sample(_ raw: [UInt8], _ first: Int, _ place: Int) -> Int {
    switch file.depth {
    case 8: return Int(raw[first + place])
    case 16: return Int(raw[first + 2 * place]) << 8 | Int(raw[first + 2 * place + 1])
    default:
      let bit = place * file.depth
      return Int(raw[first + bit / 8]) >> (8 - file.depth - bit % 8) & (1 << file.depth - 1)
    }
  }

  private func byte(_ sample: Int) -> UInt8 {
    file.depth == 16 ? UInt8(sample >> 8) : UInt8(sample * 255 / (1 << file.depth - 1))
  }

  private static func overWhite(_ value: Int, alpha: Int) -> UInt8 {
    UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
  }
}
