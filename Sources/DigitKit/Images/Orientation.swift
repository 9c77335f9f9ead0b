extension Picture {
  /// Turned and mirrored as EXIF's orientation, 1 to 8, asks for.
  func upright(_ orientation: Int) -> Picture {
    let (right, bottom) = (width - 1, height - 1)
    return switch orientation {
    case 2: mapped(width: width, height: height) { x, y in (right - x, y) }
    case 3: mapped(width: width, height: height) { x, y in (right - x, bottom - y) }
    case 4: mapped(width: width, height: height) { x, y in (x, bottom - y) }
    case 5: mapped(width: height, height: width) { x, y in (y, x) }
    case 6: mapped(width: height, height: width) { x, y in (y, bottom - x) }
    case 7: mapped(width: height, height: width) { x, y in (right - y, bottom - x) }
    case 8: mapped(width: height, height: width) { x, y in (right - y, x) }
    default: self
    }
  }

  /// A picture whose pixel (x, y) is this one's at `source(x, y)`.
  func mapped(width: Int, height: Int, _ source: (Int, Int) -> (Int, Int)) -> Picture {
    var result = [UInt8](repeating: 0, count: width * height * channels)
    var to = 0
    for y in 0..<height {
      for x in 0..<width {
        let (fromX, fromY) = source(x, y)
        let from = (fromY * self.width + fromX) * channels
        for channel in 0..<channels { result[to + channel] = bytes[from + channel] }
        to += channels
      }
    }
    return Picture(width, height, channels, result)
  }
}
