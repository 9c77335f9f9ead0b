/// Who or what draws digits: what stays the same from digit to digit.
enum Writer {
  case hand(Hand)
  case face(Printed)
  case display(SevenSegment)

  /// Somebody or something of a style, for digits `height` pixels high.
  init(_ style: Synth.Style, height: Float, _ random: inout RandomStream) {
    switch random.pick([style.handwriting, style.printed, style.sevenSegment]) {
    case 0: self = .hand(Hand(variety: style.variety, height: height, &random))
    case 1: self = .face(Printed(height: height, &random))
    default: self = .display(SevenSegment(height: height, &random))
    }
  }

  /// Strokes of about 1 in height.
  func strokes(_ digit: Int, _ random: inout RandomStream) -> [InkStroke] {
    switch self {
    case .hand(let hand): hand.write(digit, &random)
    case .face(let face): face.draw(digit)
    case .display(let display): display.draw(digit)
    }
  }
}
