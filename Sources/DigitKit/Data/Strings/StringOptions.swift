extension DigitStrings {
  /// How strings are composed. Lengths are parts of a digit's height; what varies does so evenly within
  /// plus or minus its value.
  public struct Options: Sendable, Equatable, Codable {
    /// How many digits: each number of them equally often.
    public var length = 1...7
    /// Whether a string of several digits may begin with 0.
    public var leadingZeros = true
    /// Pixels that digits are high, before their sizes vary.
    public var height = 32
    /// Between one digit's ink and the next, drawn once for a string. Below 0 they touch or overlap.
    public var spacing: ClosedRange<Float> = -0.08...0.5
    /// How much each gap differs from the string's.
    public var unevenSpacing: Float = 0.06
    /// Columns to the right for each row up, the same for a whole string.
    public var slant: Float = 0.25
    /// How far each digit stands above or below the line.
    public var baseline: Float = 0.06
    /// How far the line rises or falls, a row for each column.
    public var slope: Float = 0.04
    /// How much digits differ in height.
    public var size: Float = 0.12
    /// How much thicker or thinner lines become, the same for a whole string, in pixels of a set's pictures.
    /// Digits that are drawn have pens of their own.
    public var thickness: Float = 0.5
    /// Around the ink.
    public var margin: ClosedRange<Float> = 0.1...0.5
    /// What they are written on.
    public var paper = Paper.scanned

    /// One to seven digits on scanned paper, unless fields are set.
    public init() {}

    func check() throws(DataError) {
      try paper.check()
      guard length.lowerBound >= 1, length.upperBound <= 64 else {
        throw DataError("a string has 1 to 64 digits, not \(length)")
      }
      guard (8...256).contains(height) else {
        throw DataError("digits of a string are 8 to 256 pixels high, not \(height)")
      }
      guard (-0.5...4).contains(spacing.lowerBound), spacing.upperBound <= 4 else {
        throw DataError("the spacing of a string is from -0.5 to 4 of its height, not \(spacing)")
      }
      guard margin.lowerBound >= 0, margin.upperBound <= 4 else {
        throw DataError("the margin of a string is from 0 to 4 of its height, not \(margin)")
      }
      let parts: [(String, Float, ClosedRange<Float>)] = [
        ("unevenSpacing", unevenSpacing, 0...1), ("slant", slant, 0...1),
        ("baseline", baseline, 0...1), ("slope", slope, 0...0.5), ("size", size, 0...0.5),
        ("thickness", thickness, 0...1),
      ]
      for (name, value, range) in parts where !range.contains(value) {
        throw DataError("\(name) of a string is within \(range), not \(value)")
      }
    }

    /// The largest picture there may be: digits, however wide, are at most `widest` times as wide as high.
    func checkSize(widest: Float) throws(DataError) {
      let unit = Float(height)
      let tall = unit * (1 + size)
      let digit = tall * widest + unit * (spacing.upperBound + unevenSpacing)
      let columns = Float(length.upperBound) * digit + 2 * unit * margin.upperBound
      let rows = tall + 2 * unit * (baseline + margin.upperBound) + slope * columns
      guard columns * rows <= 64e6 else {
        throw DataError(
          "strings could be as large as \(Int(columns))x\(Int(rows)) pixels, more than 64 million: "
            + "make them shorter, lower, closer or less sloped")
      }
    }
  }
}
