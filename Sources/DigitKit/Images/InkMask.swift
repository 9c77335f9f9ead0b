/// The pixels taken for ink, and which of them are the digit.
struct InkMask {
  let width: Int
  let height: Int
  /// `[y][x]`
  private(set) var isInk: [Bool]
  private let ink: Plane
  private let level: InkLevel

  init(_ ink: Plane, _ level: InkLevel) {
    width = ink.width
    height = ink.height
    self.ink = ink
    self.level = level
    isInk = ink.values.map { $0 >= level.low }
  }

  subscript(x: Int, y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && isInk[y * width + x]
  }

  var picture: Picture { Picture(width, height, 1, isInk.map { $0 ? 255 : 0 }) }

  // MARK: Ruled lines

  /// Takes out lines that run across the whole picture, where no stroke crosses them.
  mutating func removeLines() {
    let thickest = max(1, max(width, height) / 40)
    guard min(width, height) > 12 * thickest else { return }
    let across = lines(thickest, length: width, count: height) { self[$0, $1] }
    let down = lines(thickest, length: height, count: width) { self[$1, $0] }
    for (x, y) in across { isInk[y * width + x] = false }
    for (y, x) in down { isInk[y * width + x] = false }
  }

  /// The pixels (along, across) of thin lines. A line may climb by its own thickness from place to place, so it
  /// is followed from the left edge to the right.
  private func lines(
    _ thickest: Int, length: Int, count: Int, _ isInk: (_ along: Int, _ across: Int) -> Bool
  ) -> [(Int, Int)] {
    var found: [(Int, Int)] = []
    for start in 0..<count where isInk(0, start) && !isInk(0, start - 1) {
      var line: [(Int, Int)] = []
      var place = start
      var (seen, gap) = (0, 0)
      for along in 0..<length {
        guard
          let near = (0...2).lazy.flatMap({ [place - $0, place + $0] })
            .first(where: { isInk(along, $0) })
        else {
          gap += 1
          if gap > length / 16 { break }
          continue
        }
        (seen, gap) = (seen + 1, 0)
        var (first, last) = (near, near)
        while isInk(along, first - 1), near - first <= thickest { first -= 1 }
        while isInk(along, last + 1), last - near <= thickest { last += 1 }
        // Thicker here: a stroke crosses, and the line goes on behind it.
        guard last - first < thickest else { continue }
        place = (first + last) / 2
        for across in first...last { line.append((along, across)) }
      }
      if seen * 10 > length * 9 { found += line }
    }
    return found
  }

  // MARK: The digit

  /// Keeps what belongs to the digit, and says where it is.
  mutating func keepDigit() throws(NoInkFound) -> PixelBox {
    let all = InkPart.all(of: self).filter { $0.strongest(in: ink) >= level.high }
    var parts = all.filter { !$0.isFrame(width, height) }
    if parts.isEmpty { parts = all }
    let inside = parts.filter { !$0.touchesEdge(width, height) }
    let largestInside = inside.map(\.count).max() ?? 0
    parts.removeAll { part in
      part.touchesEdge(width, height) && part.count < 5 * largestInside
        && !part.isCentral(width, height)
    }
    guard let main = parts.max(by: { ($0.count, $1.first) < ($1.count, $0.first) }) else {
      throw NoInkFound("nothing is as dark as a stroke and as large")
    }
    guard main.count >= max(3, width * height / 20_000) else {
      throw NoInkFound("there are specks of at most \(main.count) pixels")
    }
    let reach = max(main.box.width, main.box.height)
    let kept = parts.filter {
      $0.count * 25 >= main.count && $0.box.distance(to: main.box) * 3 <= reach
    }
    isInk = [Bool](repeating: false, count: isInk.count)
    for part in kept {
      for pixel in part.pixels { isInk[pixel] = true }
    }
    return kept.dropFirst().reduce(kept[0].box) { $0.union($1.box) }
  }
}

extension PixelBox {
  func union(_ other: PixelBox) -> PixelBox {
    let (x, y) = (min(left, other.left), min(top, other.top))
    return PixelBox(
      left: x, top: y, width: max(left + width, other.left + other.width) - x,
      height: max(top + height, other.top + other.height) - y)
  }
}
