/// Which classes were taken for which, as a table of colours.
extension TestReport {
  var confusionChart: Chart {
    let wrong = count - correct
    let worst = commonMistakes(1).first.map {
      " Most often \($0.label) was read as \($0.predicted): \($0.count) times."
    }
    return Chart(
      drawing: ConfusionDrawing(
        confusion, classes.map { $0.name.onOneLine },
        summary: "Of \(grouped(count)) pictures \(grouped(wrong)) were read wrongly."
          + (worst ?? "")
      ).drawing,
      caption: "Rows are what a picture shows, columns what was read. Green is right; the redder a "
        + "cell, the more often that mistake was made (by powers)." + (worst ?? ""))
  }
}

private struct ConfusionDrawing {
  private(set) var drawing: Drawing
  private let matrix: [[Int]]
  private let names: [String]
  private let left: Double
  private let top: Double
  private let cell: Double
  /// Beyond this many classes cells are too small for numbers.
  private static let most = 14
  private static let levels = 5

  init(_ matrix: [[Int]], _ names: [String], summary: String) {
    self.matrix = matrix
    self.names = names.map { $0.shortened(to: 12) }
    let longest = Double(self.names.map(\.count).max() ?? 1)
    left = 12 + Drawing.letter * longest
    top = longest > 3 ? 28 + Drawing.letter * longest : 30
    cell = (Plot.width - left - 2) / Double(max(1, matrix.count))
    drawing = Drawing(
      id: "confusion", title: "Confusion", summary: summary, width: Plot.width,
      height: top + cell * Double(matrix.count) + 4)
    drawing.text("read as", Plot.width, 10, "label", .end)
    drawing.text("true", 0, 10, "label")
    drawNames()
    if matrix.count <= ConfusionDrawing.most { drawCells() } else { drawLevels() }
    drawing.path(frame, "axis")
  }

  private var frame: String {
    let side = cell * Double(matrix.count)
    return "M\(at(left)) \(at(top))h\(at(side))v\(at(side))h\(at(-side))z"
  }

  /// Every name, or as many as have room.
  private mutating func drawNames() {
    let step = max(1, Int((14 / cell).rounded(.up)))
    let isTurned = names.contains { $0.count > 3 }
    for place in stride(from: 0, to: names.count, by: step) {
      let middle = (Double(place) + 0.5) * cell
      drawing.text(names[place], left - 6, top + middle + 3.5, "tick", .end)
      if isTurned || Double(names[place].count) * Drawing.letter > cell * Double(step) {
        drawing.textUpwards(names[place], left + middle + 3.5, top - 5, "tick")
      } else {
        drawing.text(names[place], left + middle, top - 6, "tick", .middle)
      }
    }
  }

  private mutating func drawCells() {
    for label in matrix.indices {
      for read in matrix[label].indices {
        let (x, y) = (left + Double(read) * cell, top + Double(label) * cell)
        let number = matrix[label][read]
        drawing.box(
          x + 0.5, y + 0.5, cell - 1, cell - 1, style(label, read),
          note: "\(names[label]) read as \(names[read]): \(grouped(number))")
        guard number > 0 else { continue }
        let isLong = Double("\(number)".count) * 6.4 > cell
        drawing.text(
          isLong ? Numbers.brief(Double(number) / 1000) + "k" : "\(number)", x + cell / 2,
          y + cell / 2 + 3.5, "cell", .middle)
      }
    }
  }

  /// Many small cells: one path for each colour.
  private mutating func drawLevels() {
    var paths: [String: String] = [:]
    for label in matrix.indices {
      for read in matrix[label].indices where matrix[label][read] > 0 {
        let (x, y) = (left + Double(read) * cell, top + Double(label) * cell)
        paths[style(label, read), default: ""] +=
          "M\(at(x)) \(at(y))h\(at(cell))v\(at(cell))h\(at(-cell))z"
      }
    }
    for style in paths.keys.sorted() { drawing.path(paths[style] ?? "", style) }
  }

  private func style(_ label: Int, _ read: Int) -> String {
    let number = matrix[label][read]
    if label == read {
      let all = max(1, matrix[label].reduce(0, +))
      return number == 0 ? "zero" : "hit h\(level(Double(number) / Double(all)))"
    }
    if number == 0 { return "zero" }
    let most = Double(worst)
    let part = most > 1 ? StableMath.logarithm(Double(number)) / StableMath.logarithm(most) : 0
    return "miss m\(level(part))"
  }

  private func level(_ part: Double) -> Int {
    min(ConfusionDrawing.levels, max(1, Int((part * Double(ConfusionDrawing.levels)).rounded(.up))))
  }

  private var worst: Int {
    matrix.indices.map { label in
      matrix[label].indices.reduce(0) { $1 == label ? $0 : max($0, matrix[label][$1]) }
    }.max() ?? 0
  }
}
