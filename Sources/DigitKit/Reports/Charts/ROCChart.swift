/// Each class against all others, at every threshold.
extension TestReport {
  /// Nil where no class has a curve.
  var rocChart: Chart? {
    let drawn = classes.filter { !$0.curve.isEmpty }
    return drawn.isEmpty ? nil : ROCDrawing(drawn).chart
  }
}

private struct ROCDrawing {
  /// Hardest first.
  private let classes: [TestReport.ClassScore]
  /// Near perfection everything happens in one corner, which powers of ten enlarge.
  private let enlarges: Bool
  private let mean: Double
  private let x: Scale
  /// The hardest have colours; the others are there to compare with.
  private static let named = 5

  init(_ drawn: [TestReport.ClassScore]) {
    classes = drawn.enumerated().sorted {
      ($0.element.area ?? 1, $0.offset) < ($1.element.area ?? 1, $1.offset)
    }.map(\.element)
    let areas = drawn.compactMap(\.area)
    mean = areas.reduce(0, +) / Double(max(1, areas.count))
    enlarges = mean > 0.95
    let least = drawn.flatMap(\.curve).map(\.falsePositives).filter { $0 > 0 }.min() ?? 1
    x =
      enlarges
      ? Scale(byPowers: [min(0.1, max(1e-5, least / 2)), 1], form: .percent)
      : Scale([0, 1], form: .percent)
  }

  var chart: Chart {
    var plot = Plot(
      id: "roc", title: "ROC",
      summary: "How much of each class is found against how much of the others is taken for it; "
        + "the mean area under the curves is \(Numbers.fixed(mean, 5)).",
      labels: Plot.Labels(x: "others taken for it", y: "found"), x: x, y: y, legend: legend)
    for (place, one) in classes.enumerated().reversed() {
      plot.line(
        points(one), place < ROCDrawing.named ? SeriesStyle.number(place) : SeriesStyle.faint)
    }
    if !enlarges { plot.guide((0, 0), (1, 1)) }
    let coloured = min(ROCDrawing.named, classes.count)
    return Chart(
      drawing: plot.drawing,
      caption: "Mean area \(Numbers.fixed(mean, 5)); in colour the \(coloured) hardest classes, "
        + "with their areas."
        + (enlarges ? " The axis below goes by powers of ten, to enlarge the corner." : ""))
  }

  private var legend: [Legend.Entry] {
    classes.prefix(ROCDrawing.named).enumerated().map { place, one in
      Legend.Entry(
        text: one.name.onOneLine.shortened(to: 12) + " " + Numbers.fixed(one.area ?? 0, 5),
        style: SeriesStyle.number(place))
    }
  }

  /// All of the range, or enlarged from where the coloured curves begin.
  private var y: Scale {
    guard enlarges else { return Scale([0, 1], form: .percent) }
    let low = classes.prefix(ROCDrawing.named).flatMap(points).map(\.y).min() ?? 0
    return Scale.parts(from: low)
  }

  /// By powers there is no 0: what is found without a mistake is one point at the left edge.
  private func points(_ one: TestReport.ClassScore) -> [Plot.Point] {
    let points = one.curve.map { (x: $0.falsePositives, y: $0.truePositives) }
    guard enlarges, let first = points.lastIndex(where: { $0.x == 0 }) else { return points }
    return points[first...].map { (max($0.x, x.domain.lowerBound), $0.y) }
  }
}
