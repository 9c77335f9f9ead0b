/// What paper, ink and scanner do to a digit.
struct Ink {
  /// How much of it there is: 0 none, 1 as much as in scanned forms.
  var amount: Float = 1

  /// The width of edges, in pixels.
  func softness(_ random: inout RandomStream) -> Float {
    1 + amount * (random.chance(0.3) ? 0.9 * random.unit() : 0.3 * random.unit())
  }

  /// Uneven edges, ink that is not black everywhere, specks.
  func spoil(_ ink: inout [Float], side: Int, _ random: inout RandomStream) {
    guard amount > 0 else { return }
    if random.chance(0.05 * amount) { fade(&ink, side, random.within(0.1, 0.5), &random) }
    if random.chance(0.15 * amount) { roughen(&ink, random.within(0.05, 0.25), &random) }
    if random.chance(0.03 * amount) { speckle(&ink, side, &random) }
  }

  /// Paler towards one side.
  private func fade(
    _ ink: inout [Float], _ side: Int, _ most: Float, _ random: inout RandomStream
  ) {
    let (x, y) = (random.within(-1, 1), random.within(-1, 1))
    let scale = 2 / Float(side)
    for row in 0..<side {
      for column in 0..<side where ink[row * side + column] > 0 {
        let slope = x * (Float(column) * scale - 1) + y * (Float(row) * scale - 1)
        ink[row * side + column] *= 1 - most * max(0, min(1, 0.5 + slope))
      }
    }
  }

  /// Pixels of the ink a little paler, each on its own.
  private func roughen(_ ink: inout [Float], _ most: Float, _ random: inout RandomStream) {
    for place in ink.indices where ink[place] > 0 { ink[place] *= 1 - most * random.unit() }
  }

  /// A few dots on the paper.
  private func speckle(_ ink: inout [Float], _ side: Int, _ random: inout RandomStream) {
    for _ in 0...random.below(3) {
      let place = Int(random.below(UInt32(side * side)))
      ink[place] = max(ink[place], random.unit())
    }
  }
}
