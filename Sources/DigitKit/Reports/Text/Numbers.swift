/// Numbers as people read them: a fixed number of digits, never "nan", never an exponent where a place value
/// will do. What is no number is a dash.
package enum Numbers {
  static let none = "–"

  /// `0.0123`
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return none }
    let factor = StableMath.power(10, digits)
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 1e15 else { return exponent(value, 2) }
    let whole = Int(scaled)
    let sign = value < 0 && whole > 0 ? "-" : ""
    let unit = Int(factor)
    guard digits > 0 else { return sign + grouped(whole) }
    let fraction = String(whole % unit)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return sign + grouped(whole / unit) + "." + zeros + fraction
  }

  /// `99.12 %` of 0.9912
  static func percent(_ part: Double, _ digits: Int = 2) -> String {
    part.isFinite ? fixed(100 * part, digits) + " %" : none
  }

  /// Three digits that count: `0.00123`, `1.23`, `12.3`, `1,230`, `1.2e-07`.
  static func brief(_ value: Double) -> String {
    guard value.isFinite else { return none }
    if value == 0 { return "0" }
    let magnitude = magnitude(value)
    if magnitude < -5 { return exponent(value, 1) }
    return trimmed(fixed(value, max(0, 2 - magnitude)))
  }

  /// `0.8 s`, `42 s`, `3 min 12 s`, `1 h 04 min`
  package static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return none }
    if seconds < 9.95 { return fixed(seconds, seconds < 0.1 ? 3 : 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(grouped(whole / 3600)) h \(twoDigits(whole % 3600 / 60)) min"
  }

  /// The power of ten of its first digit: 2 of 345, -3 of 0.00123.
  static func magnitude(_ value: Double) -> Int {
    guard value.isFinite, value != 0 else { return 0 }
    let guess = Int((StableMath.logarithm(abs(value)) / StableMath.logarithm(10)).rounded(.down))
    // The logarithm of a power of ten may come out a hair short.
    return abs(value) >= StableMath.power(10, guess + 1) ? guess + 1 : guess
  }

  /// `1.2e-07`
  static func exponent(_ value: Double, _ digits: Int) -> String {
    let magnitude = magnitude(value)
    return fixed(value * StableMath.power(10, -magnitude), digits) + "e\(magnitude)"
  }

  /// Without zeros that say nothing behind the point.
  static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}
