/// A display of seven bars.
struct SevenSegment {
  /// Half the width of a bar, in pixels.
  private let radius: Float
  private let aspect: Float
  private let slant: Float
  /// Between bars, as a part of the height.
  private let gap: Float
  private let hasFlatEnds: Bool
  /// Whether 6, 7 and 9 have the bar that some displays leave out.
  private let hasTails: (six: Bool, seven: Bool, nine: Bool)

  /// A display, for digits `height` pixels high.
  init(height: Float, _ random: inout RandomStream) {
    radius = height * random.within(0.04, 0.085)
    aspect = random.within(0.42, 0.7)
    slant = random.chance(0.6) ? random.within(0.02, 0.2) : 0
    gap = random.within(0, 0.05)
    hasFlatEnds = random.chance(0.6)
    hasTails = (random.chance(0.8), random.chance(0.2), random.chance(0.8))
  }

  /// Bars by digit, `a` above and then clockwise, `g` in the middle.
  private static let bars = [
    "abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "fgedc", "abc", "abcdefg", "fgbac",
  ]

  private static let ends: [Character: (PenPoint, PenPoint)] = [
    "a": (PenPoint(x: 0, y: 0), PenPoint(x: 1, y: 0)),
    "b": (PenPoint(x: 1, y: 0), PenPoint(x: 1, y: 0.5)),
    "c": (PenPoint(x: 1, y: 0.5), PenPoint(x: 1, y: 1)),
    "d": (PenPoint(x: 0, y: 1), PenPoint(x: 1, y: 1)),
    "e": (PenPoint(x: 0, y: 0.5), PenPoint(x: 0, y: 1)),
    "f": (PenPoint(x: 0, y: 0), PenPoint(x: 0, y: 0.5)),
    "g": (PenPoint(x: 0, y: 0.5), PenPoint(x: 1, y: 0.5)),
  ]

  func draw(_ digit: Int) -> [InkStroke] {
    var bars = SevenSegment.bars[digit]
    if digit == 6, hasTails.six { bars += "a" }
    if digit == 7, hasTails.seven { bars += "f" }
    if digit == 9, hasTails.nine { bars += "d" }
    return bars.compactMap { SevenSegment.ends[$0] }.map { stroke(from: $0.0, to: $0.1) }
  }

  private func stroke(from start: PenPoint, to end: PenPoint) -> InkStroke {
    let (a, b) = (placed(start), placed(end))
    let inset = (b - a) * (gap / max((b - a).length, 1e-3))
    return InkStroke(
      points: [a + inset, b - inset].map { InkPoint(x: $0.x, y: $0.y, radius: radius) },
      hasFlatEnds: hasFlatEnds)
  }

  private func placed(_ point: PenPoint) -> PenPoint {
    PenPoint(x: point.x * aspect - slant * point.y, y: point.y)
  }
}
