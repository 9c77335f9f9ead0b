/// A place on paper; y grows downwards.
struct PenPoint {
  var x: Float
  var y: Float

  static func + (a: PenPoint, b: PenPoint) -> PenPoint { PenPoint(x: a.x + b.x, y: a.y + b.y) }
  static func - (a: PenPoint, b: PenPoint) -> PenPoint { PenPoint(x: a.x - b.x, y: a.y - b.y) }
  static func * (a: PenPoint, f: Float) -> PenPoint { PenPoint(x: a.x * f, y: a.y * f) }
  var length: Float { (x * x + y * y).squareRoot() }
}

/// A place that a stroke goes through, smoothly or with a corner.
struct Knot {
  var place: PenPoint
  var isCorner = false
}

/// The strokes of a digit, in the order they are written.
struct Skeleton {
  var strokes: [[Knot]]

  /// Reads `x y, x y!, ... / x y, ...`: percent of the digit's height, `!` marks a corner and `/` lifts
  /// the pen.
  init(_ text: String) {
    strokes = text.split(separator: "/").map { stroke in
      stroke.split(separator: ",").map { knot in
        let isCorner = knot.contains("!")
        let numbers = knot.filter { $0 != "!" }.split(separator: " ").compactMap { Float($0) }
        return Knot(
          place: PenPoint(x: (numbers.first ?? 0) / 100, y: (numbers.last ?? 0) / 100),
          isCorner: isCorner)
      }
    }
  }

  /// As many strokes with as many knots as another one.
  func matches(_ other: Skeleton) -> Bool {
    strokes.map(\.count) == other.strokes.map(\.count)
  }
}
