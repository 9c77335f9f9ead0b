/// Lines through measured costs.
enum ScalingFits {
  /// The power of size that cost grows by: 1 is linear. Least squares of logarithms; nil of fewer than two sizes.
  static func exponent(_ points: [(size: Double, cost: Double)]) -> Double? {
    let logs = points.filter { $0.size > 0 && $0.cost > 0 }.map {
      (x: StableMath.logarithm($0.size), y: StableMath.logarithm($0.cost))
    }
    let count = Double(logs.count)
    let meanX = logs.reduce(0) { $0 + $1.x } / count
    let meanY = logs.reduce(0) { $0 + $1.y } / count
    let spread = logs.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    guard logs.count > 1, spread > 0 else { return nil }
    return logs.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
  }

  /// What a call costs once, and for each picture, so that the squares of relative errors are least; nil of fewer
  /// than three sizes, through two of which any line goes.
  static func onceAndEach(
    _ points: [(size: Double, cost: Double)]
  ) -> (once: Double, each: Double)? {
    guard points.count > 2 else { return nil }
    var (w, wx, wxx, wy, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for point in points {
      let weight = 1 / (point.cost * point.cost)
      w += weight
      wx += weight * point.size
      wxx += weight * point.size * point.size
      wy += weight * point.cost
      wxy += weight * point.size * point.cost
    }
    let determinant = w * wxx - wx * wx
    guard determinant > 0 else { return nil }
    return ((wy * wxx - wxy * wx) / determinant, (w * wxy - wx * wy) / determinant)
  }

  /// The value in the middle.
  static func median(_ values: [Double]) -> Double {
    let ordered = values.sorted()
    return ordered.isEmpty ? 0 : ordered[ordered.count / 2]
  }
}

extension ScalingCurve {
  /// The power of size that cost grows by.
  var exponent: Double? { ScalingFits.exponent(points.map { ($0.size, $0.cost) }) }

  /// Multiply-adds a second of the network in the middle.
  var medianRate: Double {
    ScalingFits.median(points.map { Double($0.multiplyAdds) * $0.figure.median })
  }
}
