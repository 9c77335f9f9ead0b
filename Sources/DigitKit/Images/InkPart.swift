/// Ink that hangs together, corners included.
struct InkPart {
  /// Places in the picture, in the order they were found.
  var pixels: [Int]
  var box: PixelBox

  var count: Int { pixels.count }
  var first: Int { pixels[0] }

  /// All parts, by their first pixel.
  static func all(of mask: InkMask) -> [InkPart] {
    var isSeen = [Bool](repeating: false, count: mask.isInk.count)
    var parts: [InkPart] = []
    for start in mask.isInk.indices where mask.isInk[start] && !isSeen[start] {
      parts.append(InkPart(from: start, in: mask, &isSeen))
    }
    return parts
  }

  private init(from start: Int, in mask: InkMask, _ isSeen: inout [Bool]) {
    pixels = [start]
    isSeen[start] = true
    var (left, right, top, bottom) = (mask.width, 0, mask.height, 0)
    var next = 0
    while next < pixels.count {
      let (y, x) = pixels[next].quotientAndRemainder(dividingBy: mask.width)
      next += 1
      (left, right) = (min(left, x), max(right, x))
      (top, bottom) = (min(top, y), max(bottom, y))
      for nearY in y - 1...y + 1 {
        for nearX in x - 1...x + 1 where mask[nearX, nearY] {
          let place = nearY * mask.width + nearX
          if !isSeen[place] {
            isSeen[place] = true
            pixels.append(place)
          }
        }
      }
    }
    box = PixelBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
  }

  func strongest(in ink: Plane) -> Float {
    pixels.reduce(0) { max($0, ink.values[$1]) }
  }

  func touchesEdge(_ width: Int, _ height: Int) -> Bool {
    box.left == 0 || box.top == 0 || box.left + box.width == width
      || box.top + box.height == height
  }

  /// Whether it lies along an edge of the picture: the table beside the paper, the border of a scan.
  func isFrame(_ width: Int, _ height: Int) -> Bool {
    var along = (left: 0, right: 0, top: 0, bottom: 0)
    for pixel in pixels {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      if x == 0 { along.left += 1 }
      if x == width - 1 { along.right += 1 }
      if y == 0 { along.top += 1 }
      if y == height - 1 { along.bottom += 1 }
    }
    // A digit cut out closely touches edges too, but not the corners of two at once.
    let sides = [
      (along.left, height), (along.right, height), (along.top, width), (along.bottom, width),
    ]
    return sides.contains { $0.0 * 10 >= $0.1 * 9 } && !isCentralMass(width, height)
  }

  /// Whether its middle lies in the middle third of the picture.
  func isCentral(_ width: Int, _ height: Int) -> Bool {
    let (x, y) = (2 * box.left + box.width, 2 * box.top + box.height)
    return (2 * width...4 * width).contains(3 * x) && (2 * height...4 * height).contains(3 * y)
  }

  /// Whether more than a quarter of it lies within the middle half of the picture.
  private func isCentralMass(_ width: Int, _ height: Int) -> Bool {
    let inside = pixels.count { pixel in
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      return (width / 4...3 * width / 4).contains(x) && (height / 4...3 * height / 4).contains(y)
    }
    return 4 * inside > pixels.count
  }
}
