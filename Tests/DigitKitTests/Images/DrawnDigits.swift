@testable import DigitKit

/// Digits drawn for tests as lines with a round pen, on papers of all kinds.
struct DrawnDigit {
  /// Corners of the strokes in a unit square.
  var strokes: [[(Double, Double)]]

  static let four = DrawnDigit(strokes: [
    [(0.7, 0.0), (0.1, 0.65), (0.95, 0.65)], [(0.7, 0.3), (0.7, 1)],
  ])
  static let seven = DrawnDigit(strokes: [[(0.1, 0.05), (0.9, 0.05), (0.4, 1)]])
  static let one = DrawnDigit(strokes: [[(0.5, 0), (0.5, 1)]])
  static let zero = DrawnDigit(strokes: [
    (0...24).map { step in
      let turn = Double(step) / 12
      return (0.5 + 0.35 * StableMath.cosinePi(turn), 0.5 + 0.5 * StableMath.cosinePi(turn - 0.5))
    }
  ])

  /// How much of each pixel is ink, 0 to 1: a digit `size` pixels high at (left, top).
  func ink(
    _ width: Int, _ height: Int, left: Int, top: Int, size: Int, pen: Double
  ) -> [Double] {
    var ink = [Double](repeating: 0, count: width * height)
    for stroke in strokes {
      let points = stroke.map {
        (Double(left) + $0.0 * Double(size), Double(top) + $0.1 * Double(size))
      }
      for (from, to) in zip(points, points.dropFirst()) {
        let reach = pen / 2 + 1
        let (lowX, highX) = (min(from.0, to.0) - reach, max(from.0, to.0) + reach)
        let (lowY, highY) = (min(from.1, to.1) - reach, max(from.1, to.1) + reach)
        for y in max(0, Int(lowY))...min(height - 1, max(0, Int(highY))) {
          for x in max(0, Int(lowX))...min(width - 1, max(0, Int(highX))) {
            let distance = DrawnDigit.distance(Double(x), Double(y), from, to)
            ink[y * width + x] = max(ink[y * width + x], min(1, max(0, pen / 2 + 0.5 - distance)))
          }
        }
      }
    }
    return ink
  }

  private static func distance(
    _ x: Double, _ y: Double, _ from: (Double, Double), _ to: (Double, Double)
  ) -> Double {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1)
    let length = dx * dx + dy * dy
    let along = length > 0 ? ((x - from.0) * dx + (y - from.1) * dy) / length : 0
    let t = min(1, max(0, along))
    let (offX, offY) = (x - from.0 - t * dx, y - from.1 - t * dy)
    return (offX * offX + offY * offY).squareRoot()
  }
}

/// A drawn digit on paper: `paper` gives the brightness at a place, `ink` that of the pen there.
func photograph(
  _ digit: DrawnDigit, width: Int = 200, height: Int = 240, left: Int = 60, top: Int = 60,
  size: Int = 110, pen: Double = 9, noise: UInt32 = 0,
  ink: (Int, Int) -> Double = { _, _ in 30 }, paper: (Int, Int) -> Double = { _, _ in 230 }
) -> Picture {
  var random = RandomStream(Philox(seed: 1, stream: Philox.stream(.test)))
  let coverage = digit.ink(width, height, left: left, top: top, size: size, pen: pen)
  var bytes = [UInt8](repeating: 0, count: width * height)
  for y in 0..<height {
    for x in 0..<width {
      let part = coverage[y * width + x]
      let grain = noise == 0 ? 0 : Double(random.below(2 * noise + 1)) - Double(noise)
      bytes[y * width + x] = UInt8(
        max(0, min(255, paper(x, y) * (1 - part) + ink(x, y) * part + grain)))
    }
  }
  return Picture(width, height, 1, bytes)
}
