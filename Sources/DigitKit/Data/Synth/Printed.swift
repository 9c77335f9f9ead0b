/// A printed face: thick or thin, wide or narrow, upright or slanted, with or without serifs.
struct Printed {
  /// Half the width of upright lines, in pixels.
  private let radius: Float
  /// How much thinner level lines are.
  private let contrast: Float
  private let aspect: Float
  private let slant: Float
  private let hasSerifs: Bool
  private let hasFlatEnds: Bool
  private let spline: Spline
  private let spacing: Float
  /// Which of a digit's forms, the same for all digits as far as they have as many.
  private let form: UInt32

  /// A face, for digits `height` pixels high.
  init(height: Float, _ random: inout RandomStream) {
    hasSerifs = random.chance(0.35)
    radius = height * (random.chance(0.3) ? random.within(0.07, 0.12) : random.within(0.03, 0.07))
    contrast = hasSerifs || random.chance(0.2) ? random.within(0.2, 0.65) : 0.1 * random.unit()
    aspect = random.within(0.45, 0.95)
    slant = random.chance(0.25) ? random.within(0.08, 0.3) : 0
    hasFlatEnds = random.chance(0.7)
    spline = Spline(rounding: random.chance(0.2) ? 0.4 : 0)
    spacing = 1.3 / height
    form = random.word()
  }

  func draw(_ digit: Int) -> [InkStroke] {
    let shapes = PrintedShape.all[digit]
    // The first form is the usual one.
    let shape = shapes[form % 3 == 0 ? Int(form / 3) % shapes.count : 0]
    let body = shape.body.strokes.map { stroke($0, thickness: 1) }
    guard hasSerifs else { return body }
    return body + shape.serifs.strokes.map { stroke($0, thickness: 0.6) }
  }

  private func stroke(_ knots: [Knot], thickness: Float) -> InkStroke {
    let line = spline.points(through: knots, spacing: spacing).map { point in
      PenPoint(x: (point.x - 0.5) * aspect - slant * (point.y - 0.5), y: point.y)
    }
    return InkStroke(
      points: line.indices.map { place in
        let step = line[min(place + 1, line.count - 1)] - line[max(place - 1, 0)]
        let level = abs(step.x) / max(step.length, 1e-4)
        let width = radius * thickness * (1 - contrast * level)
        return InkPoint(x: line[place].x, y: line[place].y, radius: max(0.4, width))
      }, hasFlatEnds: hasFlatEnds)
  }
}
