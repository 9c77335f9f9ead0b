import DigitKit

/// Photograph-like pictures made from digits of MNIST: what phones and scanners add, one thing at a time.
enum Photographs: String, CaseIterable {
  case clean, greyPaper, gradient, shadow, ruled, squared, thinPen, inverted, blackboard, small,
    border

  /// What is done to a digit.
  var summary: String {
    switch self {
    case .clean: "black on white"
    case .greyPaper: "pencil on grey, grainy paper"
    case .gradient: "light falls off to a third across the picture"
    case .shadow: "a hard shadow of half the light across the digit"
    case .ruled: "ruled paper, lines of half the ink's contrast"
    case .squared: "squared paper, lines as faint"
    case .thinPen: "strokes thinned to a third"
    case .inverted: "light on dark"
    case .blackboard: "chalk: light grey on grainy dark grey, uneven light"
    case .small: "off centre, a seventh of the picture's height"
    case .border: "a dark table along two edges of the picture"
    }
  }

  /// A picture of `side` pixels with the digit at a place that `number` decides.
  func picture(_ digit: ArraySlice<UInt8>, number: Int, side: Int = 300) throws -> Picture {
    var random = Draws(number)
    let height = self == .small ? side / 5 : side * 3 / 5 + random.below(side / 5)
    let room = side - height
    let (left, top) = (random.below(room), random.below(room))
    let source = try Picture(width: 28, height: 28, bytes: Array(digit))
    let ink = try source.resized(width: height, height: height)
    // Ink ends where the digit is half light; a thin pen only where it is nearly white.
    let edge = self == .thinPen ? 230.0 : 128
    var bytes = [UInt8](repeating: 0, count: side * side)
    for y in 0..<side {
      for x in 0..<side {
        var coverage = 0.0
        if (0..<height).contains(x - left), (0..<height).contains(y - top) {
          let value = Double(ink[x - left, y - top])
          coverage = min(1, max(0, (value - edge) / 24 + 0.5))
        }
        bytes[y * side + x] = UInt8(
          max(0, min(255, shade(x, y, side, coverage, Double(random.below(1000)) / 1000 - 0.5))))
      }
    }
    return try Picture(width: side, height: side, bytes: bytes)
  }

  private func shade(
    _ x: Int, _ y: Int, _ side: Int, _ coverage: Double, _ noise: Double
  ) -> Double {
    func mix(_ paper: Double, _ ink: Double) -> Double { paper + (ink - paper) * coverage }
    let across = Double(x + y) / Double(2 * side)
    switch self {
    case .clean, .thinPen, .small: return mix(255, 0)
    case .greyPaper: return mix(150, 95) + 14 * noise
    case .gradient: return mix(235, 40) * (1 - 0.67 * across) + 8 * noise
    case .shadow: return mix(220, 30) * (3 * x + y < 2 * side ? 1 : 0.5) + 8 * noise
    case .ruled: return min(mix(235, 30), y % 48 < 2 ? 130 : 255) + 8 * noise
    case .squared: return min(mix(235, 30), y % 40 < 2 || x % 40 < 2 ? 140 : 255) + 8 * noise
    case .inverted: return mix(0, 255)
    case .blackboard: return mix(60, 190) * (1 - 0.4 * across) + 24 * noise
    case .border:
      return x < side / 16 || y > side - side / 20 ? 40 + 8 * noise : mix(230, 50) + 8 * noise
    }
  }
}

/// The numbers of one picture in a row.
private struct Draws {
  private let key: Philox
  private var words = SIMD4<UInt32>()
  private var taken: UInt32 = 0

  init(_ number: Int) { key = Philox(seed: UInt64(number), stream: Philox.stream(.test)) }

  mutating func below(_ bound: Int) -> Int {
    if taken % 4 == 0 { words = key.block(taken / 4) }
    defer { taken += 1 }
    return Int(words[Int(taken % 4)]) * max(1, bound) >> 32
  }
}
