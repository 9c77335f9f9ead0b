import DigitKit
import Foundation

/// How fast `Synth` draws, and what it draws.
struct Drawing {
  var threads: Int

  /// Draws 100,000 digits seven times, other ones each time.
  func measure() throws {
    let count = 100_000
    let seconds = try (1...7).map { seed in
      let synth = try Synth(seed: UInt64(seed))
      let clock = ContinuousClock()
      let time = try clock.measure { _ = try synth.images(count: count, threads: threads) }
      return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
    }.sorted()
    print(
      "\(count) digits: \(rounded(seconds[3], 2)) s "
        + "(\(rounded(seconds[0], 2)) to \(rounded(seconds[6], 2)))")
  }

  /// The pictures of the documents.
  static func writePictures(to folder: String) throws {
    try digits().writePNG(to: folder + "/synth.png")
    try strings().writePNG(to: folder + "/strings.png")
  }

  /// Each digit by hand, in print and on displays, one digit a row.
  private static func digits() throws -> Picture {
    var display = Synth.Style.printed
    (display.printed, display.sevenSegment) = (0, 1)
    var print = Synth.Style.printed
    (print.printed, print.sevenSegment) = (1, 0)
    let kinds = [(Synth.Style.handwriting, 20), (print, 4), (display, 2)]
    var pictures: [Picture] = []
    for digit in 0..<10 {
      for (style, count) in kinds {
        let synth = try Synth(seed: 1, style: style)
        pictures += try (0..<count).map { try synth.picture(digit + 10 * $0, digit: digit) }
      }
    }
    var sheet = ContactSheet(columns: 26, scale: 1)
    sheet.gap = 1
    return try sheet.draw(pictures)
  }

  /// Strings that are drawn, their text below.
  private static func strings() throws -> Picture {
    var options = DigitStrings.Options()
    options.length = 3...5
    let strings = try DigitStrings(of: .drawn(.everything), options: options)
    let shown = try (0..<9).map { try strings.string($0) }
    var sheet = ContactSheet(columns: 3, scale: 1)
    sheet.gap = 8
    return try sheet.draw(shown.map(\.picture), captions: shown.map(\.text))
  }
}
