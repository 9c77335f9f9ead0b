/// Where the marks of an axis stand.
enum Ticks {
  /// 1, 2 or 5 times a power of ten, so that four to nine steps fill a range.
  static func step(_ range: ClosedRange<Double>) -> Double {
    let rough = (range.upperBound - range.lowerBound) / 5
    guard rough > 0, rough.isFinite else { return 1 }
    let power = StableMath.power(10, Numbers.magnitude(rough))
    let times = rough / power
    // 1.5, 3.5 and 7.5 lie between the choices.
    return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10)
  }

  static func even(_ range: ClosedRange<Double>, wholeOnly: Bool = false) -> [Double] {
    let step = wholeOnly ? max(1, step(range)) : step(range)
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 100 else { return [] }
    // Multiplied, not added up: 0.3 and not 0.30000000000000004.
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Powers of ten; between them 2 and 5 if there would be fewer than three.
  static func byPowers(_ range: ClosedRange<Double>) -> [Double] {
    let first = Numbers.magnitude(range.lowerBound)
    let last = Numbers.magnitude(range.upperBound)
    func ticks(_ times: [Double]) -> [Double] {
      (first...max(first, last)).flatMap { power in
        times.map { $0 * StableMath.power(10, power) }
      }.filter { $0 >= range.lowerBound * 0.999 && $0 <= range.upperBound * 1.001 }
    }
    let powers = ticks([1])
    return powers.count >= 3 ? powers : ticks([1, 2, 5])
  }
}
