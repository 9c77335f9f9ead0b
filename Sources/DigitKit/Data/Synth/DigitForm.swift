/// Where a digit lies in its picture, as in MNIST: the ink fitted into the middle box, keeping its
/// proportions, and then moved by whole pixels until its centre of mass is in the middle.
struct DigitForm {
  /// Rows and columns of the picture.
  var side: Int
  /// Rows and columns of the box.
  var box: Float

  /// 20 of 28 pixels, or as much of another size.
  init(side: Int) {
    self.side = side
    box = Float(side) * 20 / 28
  }

  /// Strokes in any unit become pixels. Their widths, `radius` at most, are part of what is fitted.
  func fitted(_ strokes: [[PenPoint]], radius: Float) -> [[PenPoint]] {
    let (low, high) = DigitForm.bounds(strokes)
    // Edges spread half a pixel beyond the line.
    let room = box - 0.4 - 2 * radius
    let scale = max(1, room) / max(high.x - low.x, high.y - low.y, 1e-3)
    let middle = (low + high) * 0.5
    let half = Float(side) / 2
    return strokes.map { line in
      line.map { PenPoint(x: ($0.x - middle.x) * scale + half, y: ($0.y - middle.y) * scale + half) }
    }
  }

  static func bounds(_ strokes: [[PenPoint]]) -> (low: PenPoint, high: PenPoint) {
    var low = PenPoint(x: .infinity, y: .infinity)
    var high = PenPoint(x: -.infinity, y: -.infinity)
    for line in strokes {
      for point in line {
        low = PenPoint(x: min(low.x, point.x), y: min(low.y, point.y))
        high = PenPoint(x: max(high.x, point.x), y: max(high.y, point.y))
      }
    }
    return (low, high)
  }

  /// The ink moved by whole pixels so that its centre of mass is in the middle. What would leave the
  /// picture stays at its edge.
  func centred(_ ink: [Float]) -> [Float] {
    var (mass, x, y): (Float, Float, Float) = (0, 0, 0)
    var (left, right, top, bottom) = (side, -1, side, -1)
    for row in 0..<side {
      for column in 0..<side where ink[row * side + column] > 0 {
        let value = ink[row * side + column]
        mass += value
        x += value * (Float(column) + 0.5)
        y += value * (Float(row) + 0.5)
        (left, right) = (min(left, column), max(right, column))
        (top, bottom) = (min(top, row), max(bottom, row))
      }
    }
    guard mass > 0 else { return ink }
    // MNIST counts from the middle of the first pixel: the middle of its pictures is the middle of pixel 14.
    let middle = Float(side / 2) + 0.5
    let dx = max(-left, min(side - 1 - right, Int((middle - x / mass).rounded())))
    let dy = max(-top, min(side - 1 - bottom, Int((middle - y / mass).rounded())))
    if dx == 0, dy == 0 { return ink }
    var moved = [Float](repeating: 0, count: ink.count)
    for row in top...bottom {
      for column in left...right {
        moved[(row + dy) * side + column + dx] = ink[row * side + column]
      }
    }
    return moved
  }
}
