/// A smooth line through the knots of a stroke.
struct Spline {
  /// How round corners become: 0 sharp, 1 like any other knot.
  var rounding: Float

  /// Points along the stroke, close enough for straight lines between them. Each piece is a cubic whose
  /// slope at a knot is that of the parabola through it and its neighbours, by length, so that uneven
  /// distances make no loops.
  func points(through knots: [Knot], spacing: Float) -> [PenPoint] {
    guard knots.count > 1 else { return knots.map(\.place) }
    let steps = (1..<knots.count).map { knots[$0].place - knots[$0 - 1].place }
    let lengths = steps.map { max($0.length, 1e-4) }
    let slopes = zip(steps, lengths).map { $0 * (1 / $1) }
    var line: [PenPoint] = [knots[0].place]
    line.reserveCapacity(8 * knots.count)
    for piece in steps.indices {
      let leaving = slope(at: piece, of: piece, knots, slopes, lengths) * lengths[piece]
      let arriving = slope(at: piece + 1, of: piece, knots, slopes, lengths) * lengths[piece]
      let count = min(24, max(2, Int(lengths[piece] / spacing) + 1))
      let from = knots[piece].place
      let to = knots[piece + 1].place
      for step in 1...count {
        let t = Float(step) / Float(count)
        let u = 1 - t
        line.append(
          from * (u * u * (1 + 2 * t)) + leaving * (u * u * t) + to * (t * t * (3 - 2 * t))
            - arriving * (t * t * u))
      }
    }
    return line
  }

  /// The direction at a knot, as the piece before or behind it sees it.
  private func slope(
    at knot: Int, of piece: Int, _ knots: [Knot], _ slopes: [PenPoint], _ lengths: [Float]
  ) -> PenPoint {
    let inner = { (knot: Int) -> PenPoint in
      let (a, b) = (lengths[knot - 1], lengths[knot])
      return (slopes[knot - 1] * b + slopes[knot] * a) * (1 / (a + b))
    }
    if knot > 0, knot < knots.count - 1 {
      let smooth = inner(knot)
      return knots[knot].isCorner
        ? slopes[piece] * (1 - rounding) + smooth * rounding : smooth
    }
    // At an end the piece bends as its other knot makes it.
    let other = knot == 0 ? 1 : knots.count - 2
    guard knots.count > 2, !knots[other].isCorner else { return slopes[piece] }
    return slopes[piece] * 2 - inner(other)
  }
}
