/// Digits set side by side, as one sheet of ink.
struct StringLine {
  private(set) var width = 0
  private(set) var height = 0
  /// 0 to 1 for each pixel.
  private(set) var ink: [Float] = []
  private(set) var boxes: [DigitString.Box] = []

  init(_ glyphs: [Glyph], _ options: DigitStrings.Options, _ random: inout RandomStream) {
    let unit = Float(options.height)
    let spacing = random.within(options.spacing.lowerBound, options.spacing.upperBound)
    let slope = random.within(-1, 1) * options.slope
    var x: Float = 0
    for glyph in glyphs {
      let line = slope * x + random.within(-1, 1) * options.baseline * unit
      boxes.append(
        DigitString.Box(
          x: Int(x.rounded()), y: Int(line.rounded()) - glyph.height, width: glyph.width,
          height: glyph.height))
      let gap = (spacing + random.within(-1, 1) * options.unevenSpacing) * unit
      // However close, the next digit begins and ends further right.
      x += max(Float(glyph.width) + gap, Float(glyph.width) * 0.4)
    }
    frame(options, &random)
    ink = [Float](repeating: 0, count: width * height)
    for (glyph, box) in zip(glyphs, boxes) { lay(glyph, box) }
  }

  /// Moves the boxes into a sheet with margins.
  private mutating func frame(_ options: DigitStrings.Options, _ random: inout RandomStream) {
    let left = boxes.map(\.x).min() ?? 0
    let right = boxes.map { $0.x + $0.width }.max() ?? 0
    let top = boxes.map(\.y).min() ?? 0
    let bottom = boxes.map { $0.y + $0.height }.max() ?? 0
    let margins = (0..<4).map { _ in
      let part = random.within(options.margin.lowerBound, options.margin.upperBound)
      return Int((part * Float(options.height)).rounded())
    }
    width = margins[0] + right - left + margins[1]
    height = margins[2] + bottom - top + margins[3]
    for place in boxes.indices {
      boxes[place].x += margins[0] - left
      boxes[place].y += margins[2] - top
    }
  }

  private mutating func lay(_ glyph: Glyph, _ box: DigitString.Box) {
    for row in 0..<glyph.height {
      let start = (box.y + row) * width + box.x
      for column in 0..<glyph.width {
        ink[start + column] = max(ink[start + column], glyph.ink[row * glyph.width + column])
      }
    }
  }
}
