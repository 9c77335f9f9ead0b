/// A picture of lines, boxes and text (SVG). Colours are classes of the style sheet, so that it follows light,
/// dark and print; it scales with the page and says to those who cannot see it what it shows.
struct Drawing {
  /// One of its kind in a page.
  let id: String
  /// A few words.
  let title: String
  /// What it shows, in a sentence.
  let summary: String
  let width: Double
  let height: Double
  private var parts: [Markup] = []

  /// What a letter takes at most, of 12 units: fonts differ, and nothing here can measure them.
  static let letter = 6.9

  init(id: String, title: String, summary: String, width: Double, height: Double) {
    self.id = id
    self.title = title
    self.summary = summary
    self.width = width
    self.height = height
  }

  enum Anchor: String { case start, middle, end }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    parts.append(
      .tag(
        "path",
        ["class": style, "d": "M\(at(x1)) \(at(y1))L\(at(x2)) \(at(y2))"]))
  }

  mutating func path(_ d: String, _ style: String) {
    parts.append(.tag("path", ["class": style, "d": d]))
  }

  /// `note` is shown when someone points at it.
  mutating func box(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    note: String? = nil
  ) {
    parts.append(
      .tag(
        "rect",
        [
          "class": style, "x": at(x), "y": at(y), "width": at(max(0, width)),
          "height": at(max(0, height)),
        ], note.map { [.tag("title", [:], $0)] } ?? []))
  }

  mutating func dot(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
    parts.append(
      .tag("circle", ["class": style, "cx": at(x), "cy": at(y), "r": at(radius)]))
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor = .start
  ) {
    parts.append(
      .tag(
        "text", ["class": style, "x": at(x), "y": at(y), "text-anchor": anchor.rawValue], text))
  }

  /// Text that reads upwards, from a place on.
  mutating func textUpwards(_ text: String, _ x: Double, _ y: Double, _ style: String) {
    parts.append(
      .tag(
        "text",
        [
          "class": style, "x": at(x), "y": at(y), "transform": "rotate(-90 \(at(x)) \(at(y)))",
        ], text))
  }

  /// Another drawing with its upper left corner at a place.
  mutating func place(_ other: Drawing, _ x: Double, _ y: Double) {
    parts.append(.tag("g", ["transform": "translate(\(at(x)) \(at(y)))"], other.parts))
  }

  /// To stand in a page that has the style sheet.
  var inline: Markup { svg([:], []) }

  /// A file of its own.
  var file: String {
    svg(["xmlns": "http://www.w3.org/2000/svg"], [.style(StyleSheet.drawing)]).source + "\n"
  }

  private func svg(_ more: KeyValuePairs<String, String>, _ first: [Markup]) -> Markup {
    let inside =
      [
        .tag("title", ["id": id + "-title"], title),
        .tag("desc", ["id": id + "-desc"], summary),
      ] + first + parts
    let size = "0 0 \(at(width)) \(at(height))"
    if let (key, value) = more.first {
      return .tag(
        "svg",
        [
          key: value, "viewBox": size, "role": "img",
          "aria-labelledby": "\(id)-title \(id)-desc",
        ], inside)
    }
    return .tag(
      "svg",
      ["viewBox": size, "role": "img", "aria-labelledby": "\(id)-title \(id)-desc"], inside)
  }
}

/// A place in a drawing, to a tenth. What is no number never gets into a file.
func at(_ place: Double) -> String {
  guard place.isFinite else { return "0" }
  let tenths = Int((min(max(place, -1e6), 1e6) * 10).rounded())
  let sign = tenths < 0 ? "-" : ""
  let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
  return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
}
