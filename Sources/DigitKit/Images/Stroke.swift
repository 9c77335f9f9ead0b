/// A digit cut out of its picture, on the way to its final size.
struct Stroke {
  /// Four times as fine as the result, so that strokes can be made a little thicker or thinner.
  private(set) var plane: Plane
  /// Of the strokes, in pixels of the result.
  let width: Float
  private let inner: Int

  static let fineness = 4

  init(_ ink: Plane, _ mask: InkMask, _ level: InkLevel, _ box: PixelBox, inner: Int) {
    // One pixel around: strokes fade out beyond the mask.
    var cut = Plane(
      width: box.width + 2, height: box.height + 2,
      values: [Float](repeating: 0, count: (box.width + 2) * (box.height + 2)))
    for y in 0..<cut.height {
      for x in 0..<cut.width {
        let (fromX, fromY) = (box.left + x - 1, box.top + y - 1)
        guard mask.isNear(fromX, fromY) else { continue }
        // Where the stroke is full it is white; half of `low` is where it ends.
        let strength = (ink[fromX, fromY] - level.low / 2) / (0.85 * level.peak - level.low / 2)
        cut[x, y] = 255 * max(0, min(1, strength))
      }
    }
    self.inner = inner
    let longest = max(box.width, box.height)
    let fine = inner * Stroke.fineness
    func scaled(_ side: Int) -> Int { max(1, (side * fine + longest / 2) / longest) }
    plane = cut.resized(width: scaled(cut.width), height: scaled(cut.height))
    width = plane.strokeWidth / Float(Stroke.fineness)
  }

  /// Brings strokes that are far from MNIST's into the range of most of its digits.
  mutating func adjust() {
    guard width > 0 else { return }
    let wanted = max(Stroke.thinnest, min(Stroke.thickest, width))
    let change = Int(((wanted - width) * Float(Stroke.fineness) / 2).rounded())
    if change > 0 {
      plane = plane.padded(change).dilated(round: change)
    } else if change < 0 {
      plane = plane.eroded(round: -change)
    }
  }

  /// Nine tenths of MNIST's training pictures lie between, measured as `strokeWidth` does.
  private static let thinnest: Float = 1.5
  private static let thickest: Float = 2.9

  /// In the final size: its longer side is `inner`.
  private var fitted: Plane {
    let cut = plane.trimmed
    let longest = max(cut.width, cut.height)
    func scaled(_ side: Int) -> Int { max(1, (side * inner + longest / 2) / longest) }
    return cut.resized(width: scaled(cut.width), height: scaled(cut.height))
  }

  /// Its centre of mass in the middle.
  func centred(in side: Int) -> Picture {
    let small = fitted
    var (mass, atX, atY): (Float, Float, Float) = (0, 0, 0)
    for y in 0..<small.height {
      for x in 0..<small.width {
        mass += small[x, y]
        atX += small[x, y] * (Float(x) + 0.5)
        atY += small[x, y] * (Float(y) + 0.5)
      }
    }
    func start(_ moment: Float, _ length: Int) -> Int {
      let wished = mass > 0 ? (Float(side + 1) / 2 - moment / mass).rounded() : 0
      return max(0, min(side - length, Int(wished)))
    }
    let strongest = max(1, small.quantile(0.98))
    var result = Plane(
      width: side, height: side, values: [Float](repeating: 0, count: side * side))
    let (left, top) = (start(atX, small.width), start(atY, small.height))
    for y in 0..<min(small.height, side) {
      for x in 0..<min(small.width, side) {
        result[left + x, top + y] = small[x, y] * 255 / strongest
      }
    }
    return result.picture
  }
}

extension InkMask {
  /// Whether a pixel is the digit's, or beside it.
  func isNear(_ x: Int, _ y: Int) -> Bool {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return false }
    return (y - 1...y + 1).contains { nearY in
      (x - 1...x + 1).contains { nearX in self[nearX, nearY] }
    }
  }
}

extension Plane {
  /// Twice the area of the light part by the length of its outline: the width of a long stroke.
  var strokeWidth: Float {
    var (area, outline) = (0, 0)
    func isInk(_ x: Int, _ y: Int) -> Bool {
      x >= 0 && y >= 0 && x < width && y < height && values[y * width + x] >= 128
    }
    for y in 0..<height {
      for x in 0..<width where isInk(x, y) {
        area += 1
        outline += [isInk(x - 1, y), isInk(x + 1, y), isInk(x, y - 1), isInk(x, y + 1)]
          .count { !$0 }
      }
    }
    return outline > 0 ? 2 * Float(area) / Float(outline) : 0
  }

  /// Dark pixels around it.
  func padded(_ border: Int) -> Plane {
    var result = Plane(
      width: width + 2 * border, height: height + 2 * border,
      values: [Float](repeating: 0, count: (width + 2 * border) * (height + 2 * border)))
    for y in 0..<height {
      for x in 0..<width { result[x + border, y + border] = self[x, y] }
    }
    return result
  }

  /// Thicker by `radius` on all sides, corners round.
  func dilated(round radius: Int) -> Plane {
    var disc: [(Int, Int)] = []
    for y in -radius...radius {
      for x in -radius...radius where x * x + y * y <= radius * (radius + 1) { disc.append((x, y)) }
    }
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        var best = self[x, y]
        for (dx, dy) in disc {
          let (nearX, nearY) = (x + dx, y + dy)
          guard nearX >= 0, nearY >= 0, nearX < width, nearY < height else { continue }
          best = max(best, self[nearX, nearY])
        }
        result[x, y] = best
      }
    }
    return result
  }

  /// Thinner by `radius` on all sides; beyond the edges it is dark.
  func eroded(round radius: Int) -> Plane {
    padded(radius).negative.dilated(round: radius).negative.unpadded(radius)
  }

  private func unpadded(_ border: Int) -> Plane {
    var result = Plane(
      width: width - 2 * border, height: height - 2 * border,
      values: [Float](repeating: 0, count: (width - 2 * border) * (height - 2 * border)))
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = self[x + border, y + border] }
    }
    return result
  }

  /// Without rows and columns at the edges that have next to no ink.
  var trimmed: Plane {
    func isUsed(row y: Int) -> Bool { (0..<width).contains { self[$0, y] >= 64 } }
    func isUsed(column x: Int) -> Bool { (0..<height).contains { self[x, $0] >= 64 } }
    guard let top = (0..<height).first(where: isUsed(row:)),
      let bottom = (0..<height).last(where: isUsed(row:)),
      let left = (0..<width).first(where: isUsed(column:)),
      let right = (0..<width).last(where: isUsed(column:))
    else { return self }
    var result = Plane(
      width: right - left + 1, height: bottom - top + 1,
      values: [Float](repeating: 0, count: (right - left + 1) * (bottom - top + 1)))
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = self[x + left, y + top] }
    }
    return result
  }
}
