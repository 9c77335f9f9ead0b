/// Strings of digits with the truth about them, to train and test readers with: endless, seeded, each a function of
/// the seed and its number alone.
///
///     let strings = try DigitStrings(of: .images(mnist.training), seed: 1)
///     let string = try strings.string(0)
///     string.text; string.boxes; try string.picture.writePNG(to: "0.png")
public struct DigitStrings: Sendable {
  /// Where digits come from.
  public enum Source: Sendable {
    /// Drawn by DigitKit, one writer to a string.
    case drawn(Synth.Style)
    /// Those of a set of single digits, light on dark. A string may mix writers.
    case images(ImageSet)
  }

  /// How strings are composed.
  public let options: Options
  /// Other seeds compose other strings.
  public let seed: UInt64
  /// No digit is so many times as wide as high, however it is slanted.
  private static let widest: Float = 6
  private let source: Source
  /// Of a set: the pictures of each digit.
  private let members: [[Int]]

  /// Checks the options, and that a set has classes 0 to 9 with a picture of each.
  public init(
    of source: Source, options: Options = Options(), seed: UInt64 = 1
  ) throws(DataError) {
    try options.check()
    try options.checkSize(widest: DigitStrings.widest)
    self.options = options
    self.seed = seed
    self.source = source
    switch source {
    case .drawn(let style):
      try style.check()
      members = []
    case .images(let set):
      var members = [[Int]](repeating: [], count: 10)
      for (index, label) in set.labels.enumerated() {
        guard (0...9).contains(label) else {
          throw DataError(
            "picture \(index) is of class \(label), but strings are made of digits, 0 to 9")
        }
        members[Int(label)].append(index)
      }
      if let digit = members.firstIndex(where: \.isEmpty) {
        throw DataError("the set has no picture of a \(digit): strings need all ten digits")
      }
      self.members = members
    }
  }

  /// A string, by its number from 0.
  public func string(_ number: Int) throws(DataError) -> DigitString {
    try Synth.check(number)
    var random = Synth.stream(.strings, number, seed: seed)
    let digits = text(&random)
    let glyphs = try glyphs(of: digits, &random)
    let line = StringLine(glyphs, options, &random)
    return DigitString(
      picture: options.paper.picture(
        of: line.ink, width: line.width, height: line.height, &random),
      text: digits.map(String.init).joined(), boxes: line.boxes)
  }

  private func text(_ random: inout RandomStream) -> [Int] {
    let lengths = UInt32(options.length.count)
    let length = options.length.lowerBound + Int(random.below(lengths))
    var digits = (0..<length).map { _ in Int(random.below(10)) }
    if !options.leadingZeros, length > 1 { digits[0] = 1 + Int(random.below(9)) }
    return digits
  }

  private func glyphs(
    of digits: [Int], _ random: inout RandomStream
  ) throws(DataError) -> [Glyph] {
    var glyphs: [Glyph] = []
    switch source {
    case .drawn(let style):
      let writer = Writer(style, height: Float(options.height), &random)
      let ink = Ink(amount: style.noise)
      for digit in digits {
        let rows = rows(&random)
        if let glyph = Glyph(writer.strokes(digit, &random), rows: rows, ink, &random) {
          glyphs.append(glyph)
        }
      }
    case .images(let set):
      let slant = random.within(-1, 1) * options.slant
      let thickness = random.within(-1, 1) * options.thickness
      for digit in digits {
        let rows = rows(&random)
        let index = members[digit][Int(random.below(UInt32(members[digit].count)))]
        glyphs.append(
          try glyph(of: set, index, rows: rows, slant: slant, thickness: thickness))
      }
    }
    return glyphs
  }

  private func glyph(
    of set: ImageSet, _ index: Int, rows: Int, slant: Float, thickness: Float
  ) throws(DataError) -> Glyph {
    guard let glyph = Glyph(of: set, index) else {
      throw DataError("picture \(index) of the set is empty: leave it out")
    }
    guard Float(glyph.width) <= (DigitStrings.widest - 1) * Float(glyph.height) else {
      throw DataError(
        "picture \(index) of the set has ink of \(glyph.width)x\(glyph.height), too flat for a digit: "
          + "leave it out")
    }
    // Lines too thin to be thinner stay as they are.
    guard
      let shaped = glyph.shaped(height: rows, slant: slant, thickness: thickness)
        ?? glyph.shaped(height: rows, slant: slant, thickness: 0)
    else { throw DataError("picture \(index) of the set is too faint: leave it out") }
    return shaped
  }

  private func rows(_ random: inout RandomStream) -> Int {
    max(6, Int((Float(options.height) * (1 + random.within(-1, 1) * options.size)).rounded()))
  }
}
