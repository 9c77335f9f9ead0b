import DigitKit

/// A small picture as lines of text: two rows of pixels to a line, darker and lighter blocks.
enum TerminalPicture {
  private static let shades: [Character] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]

  static func lines(_ picture: Picture) -> [String] {
    stride(from: 0, to: picture.height, by: 2).map { y in
      var line = ""
      for x in 0..<picture.width {
        let below = y + 1 < picture.height ? Int(picture[x, y + 1]) : 0
        line.append(shades[(Int(picture[x, y]) + below) * shades.count / 511])
      }
      return line
    }
  }
}
