/// Charts side by side as one picture, each with its title above and its caption below: a file that needs no page.
struct ChartRow {
  let drawing: Drawing

  private static let margin = 14.0
  private static let between = 34.0
  private static let line = 16.0

  /// `foot` stands below all of them.
  init(id: String, title: String, summary: String, charts: [Chart], foot: String) {
    let margin = ChartRow.margin
    let widths = charts.map(\.drawing.width)
    let inner = widths.reduce(0, +) + ChartRow.between * Double(max(0, charts.count - 1))
    let captions = charts.map { ChartRow.lines(of: $0.caption, width: $0.drawing.width) }
    let feet = ChartRow.lines(of: foot, width: inner)
    let plots = charts.map(\.drawing.height).max() ?? 0
    let words = ChartRow.line * Double(captions.map(\.count).max() ?? 0)
    let top = margin + 22
    let end = top + plots + 10 + words + 10
    var drawing = Drawing(
      id: id, title: title, summary: summary, width: inner + 2 * margin,
      height: end + ChartRow.line * Double(feet.count) + margin)
    drawing.box(0, 0, drawing.width, drawing.height, "ground")
    var x = margin
    for (chart, lines) in zip(charts, captions) {
      drawing.text(chart.drawing.title, x, margin + 10, "note")
      drawing.place(chart.drawing, x, top)
      ChartRow.write(lines, in: &drawing, x, top + plots + 20)
      x += chart.drawing.width + ChartRow.between
    }
    ChartRow.write(feet, in: &drawing, margin, end + 10)
    self.drawing = drawing
  }

  private static func write(
    _ lines: [String], in drawing: inout Drawing, _ x: Double, _ y: Double
  ) {
    for (number, line) in lines.enumerated() {
      drawing.text(line, x, y + Double(number) * ChartRow.line, "label")
    }
  }

  /// Paragraphs in lines that fit a width.
  static func lines(of text: String, width: Double) -> [String] {
    text.split(separator: "\n").flatMap {
      String($0).lines(within: Int(width / Drawing.letter))
    }
  }
}
