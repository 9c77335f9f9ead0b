/// A point of a stroke with half the width of the line there, in pixels.
struct InkPoint {
  var x: Float
  var y: Float
  var radius: Float
}

/// What the pen draws without being lifted.
struct InkStroke {
  var points: [InkPoint]
  /// Cut off straight at both ends, as print is, instead of round.
  var hasFlatEnds = false
}

/// Ink on a grid: for each pixel the distance from its middle to the nearest edge of ink, negative inside.
struct InkCanvas {
  let width: Int
  let height: Int
  private(set) var distance: [Float]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    distance = Array(repeating: 8, count: width * height)
  }

  mutating func draw(_ stroke: InkStroke) {
    let (line, isFlat) = (stroke.points, stroke.hasFlatEnds)
    guard let first = line.first else { return }
    guard line.count > 1 else { return draw(from: first, to: first, flat: (false, false)) }
    for place in 1..<line.count {
      draw(
        from: line[place - 1], to: line[place],
        flat: (isFlat && place == 1, isFlat && place == line.count - 1))
    }
  }

  /// A straight piece, its width changing evenly.
  private mutating func draw(from a: InkPoint, to b: InkPoint, flat: (Bool, Bool)) {
    // Two pixels around the ink: beyond, nothing depends on how far it is.
    let reach = max(a.radius, b.radius) + 2
    let left = max(0, Int((min(a.x, b.x) - reach).rounded(.down)))
    let right = min(width - 1, Int((max(a.x, b.x) + reach).rounded(.up)))
    let top = max(0, Int((min(a.y, b.y) - reach).rounded(.down)))
    let bottom = min(height - 1, Int((max(a.y, b.y) + reach).rounded(.up)))
    guard left <= right, top <= bottom else { return }
    let (dx, dy, dr) = (b.x - a.x, b.y - a.y, b.radius - a.radius)
    let square = dx * dx + dy * dy
    let inverse = square > 1e-8 ? 1 / square : 0
    let length = square.squareRoot()
    let width = width
    distance.withUnsafeMutableBufferPointer { distance in
      for y in top...bottom {
        let py = Float(y) + 0.5 - a.y
        let row = y * width
        for x in left...right {
          let px = Float(x) + 0.5 - a.x
          let along = (px * dx + py * dy) * inverse
          let t = max(0, min(1, along))
          let (ex, ey) = (px - t * dx, py - t * dy)
          let radius = a.radius + t * dr
          let square = ex * ex + ey * ey
          // Most pixels have a nearer line already: told without a root.
          let bound = distance[row + x] + radius
          if bound <= 0 || square >= bound * bound { continue }
          var d = square.squareRoot() - radius
          if flat.0 { d = max(d, -along * length) }
          if flat.1 { d = max(d, (along - 1) * length) }
          if d < distance[row + x] { distance[row + x] = d }
        }
      }
    }
  }

  /// Edges moved in and out by up to `amount` pixels, each pixel on its own.
  mutating func roughen(_ amount: Float, _ random: inout RandomStream) {
    for place in distance.indices where abs(distance[place]) < 2 {
      distance[place] += amount * (2 * random.unit() - 1)
    }
  }

  /// How much of each pixel is covered, 0 to 1; `softness` is the width of an edge in pixels.
  func coverage(softness: Float = 1) -> [Float] {
    let scale = 1 / softness
    return distance.map { max(0, min(1, 0.5 - $0 * scale)) }
  }
}
