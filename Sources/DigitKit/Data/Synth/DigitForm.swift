/// Where a digit lies in its picture, as in MNIST: the ink fitted into the middle box, keeping its
/// proportions, and then moved by whole pixels until its centre of mass is in the middle.
struct DigitForm {
  /// Rows and columns of the picture.
  var side: Int

  /// Rows and columns of the box: 20 of 28, or as much of another size.
  var box: Int { side * 20 / 28 }

  /// Strokes in any unit become pixels. Half a line's width is in pixels already, and part of what is fitted.
  func fitted(_ strokes: [InkStroke]) -> [InkStroke] {
    let extent = InkExtent(strokes)
    let middle = Float((side - box) / 2) + Float(box) / 2
    let scale = extent.scale(toFit: Float(box), by: max(extent.width, extent.height))
    return extent.moved(strokes, scale: scale, middle: PenPoint(x: middle, y: middle))
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
    // MNIST counts from the middle of the first pixel: its middle is that of pixel 14.
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

/// How far strokes reach, without their widths.
struct InkExtent {
  private var low = PenPoint(x: .infinity, y: .infinity)
  private var high = PenPoint(x: -.infinity, y: -.infinity)
  /// The widest line, in pixels.
  private(set) var radius: Float = 0

  var width: Float { high.x - low.x }
  var height: Float { high.y - low.y }

  init(_ strokes: [InkStroke]) {
    for stroke in strokes {
      for point in stroke.points {
        low = PenPoint(x: min(low.x, point.x), y: min(low.y, point.y))
        high = PenPoint(x: max(high.x, point.x), y: max(high.y, point.y))
        radius = max(radius, point.radius)
      }
    }
  }

  /// What makes `length` fill so many pixels together with the lines' widths. Edges spread half a pixel
  /// beyond the line, so that the box is a little smaller.
  func scale(toFit pixels: Float, by length: Float) -> Float {
    max(1, pixels - 0.4 - 2 * radius) / max(length, 1e-3)
  }

  /// Strokes scaled, with their middle at another place.
  func moved(_ strokes: [InkStroke], scale: Float, middle: PenPoint) -> [InkStroke] {
    let old = (low + high) * 0.5
    return strokes.map { stroke in
      var stroke = stroke
      for place in stroke.points.indices {
        stroke.points[place].x = (stroke.points[place].x - old.x) * scale + middle.x
        stroke.points[place].y = (stroke.points[place].y - old.y) * scale + middle.y
      }
      return stroke
    }
  }
}
