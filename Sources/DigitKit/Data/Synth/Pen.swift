/// A pen: how wide its line is, and how that changes on the way. Widths are in pixels.
struct Pen {
  private var radius: Float
  /// How much pressure changes along a stroke, as a part of the width.
  private var pressure: Float
  /// How much thinner a stroke begins and ends.
  private var taper: (start: Float, end: Float)

  /// Any pen, for digits `height` pixels high: where that is 20, about 2.6 wide, from 1.1 to 7.5.
  init(height: Float, _ random: inout RandomStream) {
    let width = min(7.5, max(1.1, 2.6 * random.factor(0.4)))
    radius = width / 2 * height / 20
    pressure = random.chance(0.5) ? 0.25 * random.unit() : 0
    taper = (0, 0)
    if random.chance(0.25) { taper.end = 0.7 * random.unit() }
    if random.chance(0.15) { taper.start = 0.6 * random.unit() }
  }

  /// A line with the widths that this pen gives it: pressure is a slow wave, drawn anew for each stroke.
  func stroke(_ line: [PenPoint], _ random: inout RandomStream) -> InkStroke {
    let (first, middle, last) = (random.bell(), random.bell(), random.bell())
    let scale = 1 / Float(max(1, line.count - 1))
    return InkStroke(
      points: line.enumerated().map { place, point in
        let t = Float(place) * scale
        let wave =
          t < 0.5
          ? first + (middle - first) * 2 * t : middle + (last - middle) * (2 * t - 1)
        let ends = 1 - taper.start * max(0, 1 - 4 * t) - taper.end * max(0, 4 * t - 3)
        let factor = max(0.3, (1 + pressure * wave) * ends)
        return InkPoint(x: point.x, y: point.y, radius: max(0.3, radius * factor))
      })
  }
}
