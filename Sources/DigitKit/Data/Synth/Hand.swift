/// How one digit is written: what is drawn for it alone, all in fractions of the digit's height.
struct Hand {
  /// How strongly hands differ: 1 as found by looking at what networks misread, 0 all alike.
  var variety: Float = 1

  /// The strokes of a digit, as lines of points without width, `spacing` apart.
  func write(_ variant: HandVariant, spacing: Float, _ random: inout RandomStream) -> [[PenPoint]] {
    let skeleton = unsteady(mixture(of: variant.hands, &random), &random)
    let spline = Spline(rounding: random.chance(0.5) ? 0.1 : random.unit())
    var strokes = skeleton.strokes.map { spline.points(through: $0, spacing: spacing) }
    let bend = Bend(variety: variety, &random)
    let tremor = random.chance(0.3) ? 0.012 * random.unit() * variety : 0
    for place in strokes.indices {
      if tremor > 0 { strokes[place] = shaken(strokes[place], by: tremor, &random) }
      strokes[place] = strokes[place].map(bend.moved)
    }
    return strokes
  }

  /// Between the hands of a variant, and a little beyond them.
  private func mixture(of hands: [Skeleton], _ random: inout RandomStream) -> Skeleton {
    guard var mixed = hands.first, hands.count > 1 else { return hands[0] }
    var shares = hands.map { _ in random.unit() * random.unit() }
    let sum = max(1e-3, shares.reduce(0, +))
    let mean = 1 / Float(hands.count)
    shares = shares.map { mean + ($0 / sum - mean) * 1.2 * variety }
    for stroke in mixed.strokes.indices {
      for knot in mixed.strokes[stroke].indices {
        var place = PenPoint(x: 0, y: 0)
        for (hand, share) in zip(hands, shares) {
          place = place + hand.strokes[stroke][knot].place * share
        }
        mixed.strokes[stroke][knot].place = place
      }
    }
    return mixed
  }

  /// Knots beside where they were meant, strokes displaced as a whole, ends too far or not far enough.
  private func unsteady(_ skeleton: Skeleton, _ random: inout RandomStream) -> Skeleton {
    var skeleton = skeleton
    let jitter = (0.012 + 0.045 * random.unit()) * variety
    for stroke in skeleton.strokes.indices {
      // The first stroke stays: only where strokes lie to each other matters.
      let away = stroke == 0 ? 0 : 0.03 * variety
      let shift = PenPoint(x: random.bell() * away, y: random.bell() * away)
      for knot in skeleton.strokes[stroke].indices {
        let step = PenPoint(x: random.bell() * jitter, y: random.bell() * jitter)
        let old = skeleton.strokes[stroke][knot].place
        skeleton.strokes[stroke][knot].place = old + step + shift
      }
      skeleton.strokes[stroke] = overshooting(skeleton.strokes[stroke], &random)
    }
    return skeleton
  }

  private func overshooting(_ knots: [Knot], _ random: inout RandomStream) -> [Knot] {
    guard knots.count > 2 else { return knots }
    var knots = knots
    let (last, before) = (knots.count - 1, knots.count - 2)
    let end = random.bell() * 0.12 * variety
    let start = random.bell() * 0.08 * variety
    knots[last].place =
      knots[last].place + (knots[last].place - knots[before].place) * end
    knots[0].place = knots[0].place + (knots[0].place - knots[1].place) * start
    return knots
  }

  /// A trembling hand: each step a little off, and soon back.
  private func shaken(
    _ line: [PenPoint], by amount: Float, _ random: inout RandomStream
  ) -> [PenPoint] {
    var off = PenPoint(x: 0, y: 0)
    return line.map { point in
      off = off * 0.7 + PenPoint(x: random.bell() * amount, y: random.bell() * amount)
      return point + off
    }
  }
}

/// A digit bent as a whole: slant, turn, proportions, and halves of different size.
struct Bend {
  private var xx: Float
  private var xy: Float
  private var yx: Float
  private var yy: Float
  private var curves: [Float]

  init(variety: Float, _ random: inout RandomStream) {
    let aspect = random.factor(0.25 * variety)
    let slant = 0.15 + random.bell() * 0.3 * variety
    let turn = random.bell() * 0.09 * variety
    // Slant first, then the turn: cosine and sine of an angle from the tangent of its half.
    let half = turn / 2
    let (cosine, sine) = ((1 - half * half) / (1 + half * half), 2 * half / (1 + half * half))
    xx = cosine * aspect
    xy = -cosine * slant - sine
    yx = sine * aspect
    yy = -sine * slant + cosine
    let bent = (0.03 + 0.05 * random.unit()) * variety
    curves = (0..<8).map { _ in random.bell() * bent }
  }

  func moved(_ point: PenPoint) -> PenPoint {
    // Around the middle, -1 to 1.
    let u = 2 * point.x - 1
    let v = 2 * point.y - 1
    let x = u + curves[0] * v * v + curves[1] * u * v + curves[2] * u * u + curves[3] * v * (v * v - 0.6)
    let y = v + curves[4] * v * v + curves[5] * u * v + curves[6] * u * u + curves[7] * u * (u * u - 0.6)
    return PenPoint(x: xx * x + xy * y, y: yx * x + yy * y) * 0.5
  }
}
