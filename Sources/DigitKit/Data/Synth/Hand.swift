/// Somebody who writes digits: what stays the same from one digit to the next. Lengths are fractions of a
/// digit's height.
struct Hand {
  /// How strongly digits differ: 1 as people's do, 0 all alike.
  let variety: Float
  private let pen: Pen
  private let slant: Float
  private let spline: Spline
  /// How far knots lie beside where they were meant.
  private let jitter: Float
  private let tremor: Float
  /// Points of a line lie so far apart: a little more than a pixel.
  private let spacing: Float

  /// Somebody, who writes digits `height` pixels high.
  init(variety: Float, height: Float, _ random: inout RandomStream) {
    self.variety = variety
    pen = Pen(height: height, &random)
    slant = 0.15 + random.bell() * 0.3 * variety
    spline = Spline(rounding: random.chance(0.5) ? 0.1 : random.unit())
    jitter = (0.012 + 0.045 * random.unit()) * variety
    tremor = random.chance(0.3) ? 0.012 * random.unit() * variety : 0
    spacing = 1.3 / height
  }

  /// A digit in one of the ways that people write it.
  func write(_ digit: Int, _ random: inout RandomStream) -> [InkStroke] {
    let variant = HandVariant.byDigit[digit][random.pick(HandVariant.weights[digit])]
    return write(variant, &random)
  }

  /// A digit in this way.
  func write(_ variant: HandVariant, _ random: inout RandomStream) -> [InkStroke] {
    let skeleton = unsteady(mixture(of: variant.hands, &random), &random)
    let bend = Bend(slant: slant, variety: variety, &random)
    let lines = skeleton.strokes.map { knots in
      let line = spline.points(through: knots, spacing: spacing)
      return (tremor > 0 ? shaken(line, &random) : line).map(bend.moved)
    }
    return lifted(lines, &random).map { pen.stroke($0, &random) }
  }

  /// Between the hands of a variant, and a little beyond them.
  private func mixture(of hands: [Skeleton], _ random: inout RandomStream) -> Skeleton {
    guard var mixed = hands.first, hands.count > 1 else { return hands[0] }
    let draws = hands.map { _ in random.unit() * random.unit() }
    let sum = max(1e-3, draws.reduce(0, +))
    let mean = 1 / Float(hands.count)
    let shares = draws.map { mean + ($0 / sum - mean) * 1.2 * variety }
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
    for stroke in skeleton.strokes.indices {
      // The first stroke stays: only how strokes lie to each other matters.
      let away = stroke == 0 ? 0 : 0.03 * variety
      let shift = PenPoint(x: random.bell() * away, y: random.bell() * away)
      for knot in skeleton.strokes[stroke].indices {
        let step = PenPoint(x: random.bell() * jitter, y: random.bell() * jitter)
        let old = skeleton.strokes[stroke][knot].place
        skeleton.strokes[stroke][knot].place = old + step + shift
      }
      overshoot(&skeleton.strokes[stroke], &random)
    }
    return skeleton
  }

  private func overshoot(_ knots: inout [Knot], _ random: inout RandomStream) {
    guard knots.count > 2 else { return }
    let last = knots.count - 1
    let end = knots[last].place - knots[last - 1].place
    let start = knots[0].place - knots[1].place
    knots[last].place = knots[last].place + end * (random.bell() * 0.12 * variety)
    knots[0].place = knots[0].place + start * (random.bell() * 0.08 * variety)
  }

  /// A trembling hand: each step a little off, and soon back.
  private func shaken(_ line: [PenPoint], _ random: inout RandomStream) -> [PenPoint] {
    var off = PenPoint(x: 0, y: 0)
    return line.map { point in
      off = off * 0.7 + PenPoint(x: random.bell() * tremor, y: random.bell() * tremor)
      return point + off
    }
  }

  /// Now and then the pen is lifted within a stroke, or stays down between two.
  private func lifted(_ lines: [[PenPoint]], _ random: inout RandomStream) -> [[PenPoint]] {
    var lines = lines
    if lines.count == 2, random.chance(0.05 * variety), let from = lines[0].last,
      let to = lines[1].first
    {
      return [lines[0] + [from + (to - from) * 0.5] + lines[1]]
    }
    if random.chance(0.03 * variety), lines[0].count > 12 {
      let first = 4 + Int(random.below(UInt32(lines[0].count - 8)))
      let gap = 1 + Int(random.below(3))
      let rest = Array(lines[0].dropFirst(first + gap))
      lines[0] = Array(lines[0].prefix(first))
      if !rest.isEmpty { lines.append(rest) }
    }
    return lines
  }
}
