/// What ink, paper and scanner do to digits.
struct Ink {
  /// How much: 0 nothing, 1 as in scanned forms.
  var amount: Float

  /// Covers the pixels of a canvas: edges softer or rougher, ink not equally black everywhere.
  func dry(_ canvas: InkCanvas, _ random: inout RandomStream) -> [Float] {
    guard amount > 0 else { return canvas.coverage() }
    var canvas = canvas
    if random.chance(0.25 * amount) { canvas.roughen(0.5 * random.unit(), &random) }
    let blur = random.chance(0.3) ? 0.9 * random.unit() : 0.3 * random.unit()
    var ink = canvas.coverage(softness: 1 + amount * blur)
    if random.chance(0.05 * amount) { fade(&ink, canvas.width, random.within(0.1, 0.5), &random) }
    if random.chance(0.15 * amount) { pale(&ink, random.within(0.05, 0.25), &random) }
    return ink
  }

  /// Paler towards one side.
  private func fade(
    _ ink: inout [Float], _ width: Int, _ most: Float, _ random: inout RandomStream
  ) {
    let (x, y) = (random.within(-1, 1), random.within(-1, 1))
    let height = ink.count / width
    for row in 0..<height {
      for column in 0..<width where ink[row * width + column] > 0 {
        let (u, v) = (Float(column) / Float(width), Float(row) / Float(height))
        let slope = x * (2 * u - 1) + y * (2 * v - 1)
        ink[row * width + column] *= 1 - most * max(0, min(1, 0.5 + slope))
      }
    }
  }

  /// Each pixel of the ink a little paler on its own.
  private func pale(_ ink: inout [Float], _ most: Float, _ random: inout RandomStream) {
    for place in ink.indices where ink[place] > 0 { ink[place] *= 1 - most * random.unit() }
  }

  /// Now and then a few dots beside the ink.
  func speckle(_ ink: inout [Float], _ random: inout RandomStream) {
    guard random.chance(0.03 * amount) else { return }
    for _ in 0...random.below(3) {
      let place = Int(random.below(UInt32(ink.count)))
      ink[place] = max(ink[place], random.unit())
    }
  }
}
