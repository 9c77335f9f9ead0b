/// Functions that decide training values. C libraries round theirs differently from system to system; a rate
/// that differs in its last bit would end in another network.
enum StableMath {
  /// `x^n` for whole n, by squaring.
  static func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    var square = x
    var rest = n.magnitude
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return n < 0 ? 1 / result : result
  }

  /// `x^y` for x from 0.
  static func power(_ x: Double, _ y: Double) -> Double {
    if let whole = Int(exactly: y) { return power(x, whole) }
    return x > 0 ? exponential(y * logarithm(x)) : 0
  }

  /// `cos(pi * x)`
  static func cosinePi(_ x: Double) -> Double {
    // cos has period 2, is even, and mirrors at 1/2: what is left lies in 0...1/2.
    let turn = abs(x.truncatingRemainder(dividingBy: 2))
    let half = turn > 1 ? 2 - turn : turn
    let sign: Double = half > 0.5 ? -1 : 1
    let t = half > 0.5 ? 1 - half : half
    return sign * (t <= 0.25 ? cosine(.pi * t) : sine(.pi * (0.5 - t)))
  }

  // Taylor, up to pi/4: the first term left out is below 1e-17.
  private static func cosine(_ x: Double) -> Double { 1 - x * x / 2 * series(x * x, from: 3) }
  private static func sine(_ x: Double) -> Double { x * series(x * x, from: 2) }

  /// `1 - s / (n (n + 1)) (1 - s / ((n + 2) (n + 3)) (1 - ...`
  private static func series(_ s: Double, from n: Int) -> Double {
    stride(from: n + 14, through: n, by: -2).reduce(1) { 1 - s / Double($1 * ($1 + 1)) * $0 }
  }

  /// `e^x`: by powers of two, then Taylor within half a ln 2.
  static func exponential(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    guard x < 700 else { return .infinity }
    let n = (x / ln2).rounded()
    let r = x - n * ln2
    let small = stride(from: 18, through: 1, by: -1).reduce(1.0) { 1 + r / Double($1) * $0 }
    return Double(sign: .plus, exponent: Int(n), significand: small)
  }

  /// `ln x` of a positive number: `2 artanh((m - 1) / (m + 1))` for its significand.
  static func logarithm(_ x: Double) -> Double {
    let isLarge = x.significand > 1.414
    let m = isLarge ? x.significand / 2 : x.significand
    let exponent = Double(x.exponent) + (isLarge ? 1 : 0)
    let t = (m - 1) / (m + 1)
    let sum = stride(from: 23, through: 1, by: -2).reduce(0.0) { 1 / Double($1) + t * t * $0 }
    return exponent * ln2 + 2 * t * sum
  }

  private static let ln2 = 0.6931471805599453
}
