/// Each class against all others, at every threshold.
extension TestReport {
  /// Nil where no class has a curve.
  var rocChart: Chart? {
    let drawn = classes.enumerated().filter { !$0.element.curve.isEmpty }
    guard !drawn.isEmpty else { return nil }
    let areas = drawn.compactMap(\.element.area)
    let mean = areas.reduce(0, +) / Double(max(1, areas.count))
    // Near perfection everything happens in one corner, which powers of ten enlarge.
    let enlarges = mean > 0.95
    // The hardest classes have colours; the others are there to compare with.
    let hardest = drawn.sorted {
      ($0.element.area ?? 1, $0.offset) < ($1.element.area ?? 1, $1.offset)
    }
    .prefix(5)
    let least = drawn.flatMap(\.element.curve).map(\.falsePositives).filter { $0 > 0 }.min()
    let x =
      enlarges
      ? Scale(byPowers: [max(1e-5, least ?? 0.1), 1], form: .percent)
      : Scale([0, 1], form: .percent)
    func points(_ one: ClassScore) -> [Plot.Point] {
      one.curve.map { (max($0.falsePositives, x.domain.lowerBound), $0.truePositives) }
    }
    let low =
      enlarges
      ? hardest.flatMap { one in
        one.element.curve.filter { $0.falsePositives >= x.domain.lowerBound }
          .map(\.truePositives)
      }.min() ?? 0 : 0
    var plot = Plot(
      id: "roc", title: "ROC",
      summary: "How much of each class is found against how much of the others is taken for it; "
        + "the mean area under the curves is \(Numbers.fixed(mean, 5)).",
      labels: Plot.Labels(x: "others taken for it", y: "found"), x: x,
      y: Scale([max(0, low - (1 - low) / 10), 1], form: .percent),
      legend: hardest.enumerated().map { place, one in
        Legend.Entry(
          text:
            "\(one.element.name.onOneLine.shortened(to: 12)) \(Numbers.fixed(one.element.area ?? 0, 4))",
          style: SeriesStyle.number(place))
      })
    let named = Set(hardest.map(\.offset))
    for one in drawn where !named.contains(one.offset) {
      plot.line(points(one.element), SeriesStyle.faint)
    }
    for (place, one) in hardest.enumerated().reversed() {
      plot.line(points(one.element), SeriesStyle.number(place))
    }
    if !enlarges { plot.guide((0, 0), (1, 1)) }
    return Chart(
      drawing: plot.drawing,
      caption:
        "Mean area \(Numbers.fixed(mean, 5)); the \(hardest.count) hardest classes in colour, "
        + "with their areas."
        + (enlarges ? " The axis below goes by powers of ten, to enlarge the corner." : ""))
  }
}
