/// From values to places along an axis, with ticks at round numbers.
struct Scale: Equatable {
  /// How values are spread.
  enum Spread { case even, byPowers }
  /// How ticks are written.
  enum Form { case number, percent }

  let spread: Spread
  let form: Form
  /// The values at both ends, different from each other.
  let domain: ClosedRange<Double>
  /// Where the ends lie in the drawing; `end` may be less than `start`, as upwards.
  var start = 0.0
  var end = 1.0

  /// Holds all values that are numbers. `within` widens it, to whole ticks if `rounds`; one value alone gets
  /// room on both sides, none at all the range from 0 to 1.
  init(
    _ values: [Double], within: ClosedRange<Double>? = nil, rounds: Bool = true,
    form: Form = .number
  ) {
    let all = values.filter(\.isFinite) + (within.map { [$0.lowerBound, $0.upperBound] } ?? [])
    var low = max(all.min() ?? 0, -1e12)
    var high = min(all.max() ?? 1, 1e12)
    if high - low <= 1e-9 * max(abs(low), abs(high)) {
      let room = low == 0 ? 1 : abs(low) / 10
      low -= low >= 0 && low - room < 0 ? low : room
      high += room
    }
    spread = .even
    self.form = form
    let step = Ticks.step(low...high)
    domain =
      rounds
      ? (low / step + 1e-9).rounded(.down) * step...(high / step - 1e-9).rounded(.up) * step
      : low...high
  }

  /// Parts of a whole, from a little below `low` up to 100 % and never beyond.
  static func parts(from low: Double) -> Scale {
    Scale([max(0, min(0.99, low - (1 - low) / 10)), 1], form: .percent)
  }

  /// By powers of ten, from the smallest to the largest positive value, with `room` times as much on both
  /// sides.
  init(byPowers values: [Double], room: Double = 1, form: Form = .number) {
    let all = values.filter { $0.isFinite && $0 > 0 }
    let low = min(max(all.min() ?? 0.1, 1e-12), 1e12) / room
    let high = min(max(all.max() ?? 1, 1e-12), 1e12) * room
    spread = .byPowers
    self.form = form
    domain = low...(high < low * 1.001 ? low * 10 : high)
  }

  /// The same scale along another stretch.
  func along(_ start: Double, _ end: Double) -> Scale {
    var scale = self
    scale.start = start
    scale.end = end
    return scale
  }

  /// Where a value lies; what is outside stays at the edge, what is no number is nowhere.
  func place(_ value: Double) -> Double? {
    guard !value.isNaN else { return nil }
    let value = min(max(value, domain.lowerBound), domain.upperBound)
    let part: Double
    switch spread {
    case .even: part = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    case .byPowers:
      part =
        StableMath.logarithm(value / domain.lowerBound)
        / StableMath.logarithm(domain.upperBound / domain.lowerBound)
    }
    return start + part * (end - start)
  }

  /// Round values within.
  var ticks: [Double] {
    switch spread {
    case .even: Ticks.even(domain)
    case .byPowers: Ticks.byPowers(domain)
    }
  }

  /// How a tick is written.
  func label(_ tick: Double) -> String {
    if spread == .byPowers {
      return form == .percent ? Numbers.brief(100 * tick) + " %" : Numbers.brief(tick)
    }
    let shown = form == .percent ? 100.0 : 1
    let digits = max(0, -Numbers.magnitude(shown * Ticks.step(domain)))
    if digits > 5 { return Numbers.exponent(shown * tick, 1) }
    return Numbers.fixed(shown * tick, digits) + (form == .percent ? " %" : "")
  }
}
