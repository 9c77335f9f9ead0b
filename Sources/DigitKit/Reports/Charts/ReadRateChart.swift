/// How much can be read, for how many errors.
extension TestReport {
  var readRateChart: Chart {
    let points = readRate.points.map { (x: $0.readRate, y: $0.errorRate) }
    // Before the first error there is nothing to see.
    let first = points.first { $0.y > 0 }?.x ?? 0
    var plot = Plot(
      id: "read-rate", title: "Read rate and errors",
      summary: "The part of wrong readings against the part of pictures that is read: "
        + readRate.text + ".",
      labels: Plot.Labels(x: "read", y: "wrong, of what is read"),
      x: Scale([first < 0.5 ? 0 : first - (1 - first) / 10, 1], form: .percent),
      y: Scale(points.map(\.y) + [readRate.allowedError], within: 0...0, form: .percent))
    plot.line(points.filter { $0.x >= plot.x.domain.lowerBound }, SeriesStyle.number(0))
    if let chosen = readRate.chosen {
      plot.mark(
        (chosen.readRate, chosen.errorRate),
        "\(Numbers.percent(chosen.readRate, 1)) read", SeriesStyle.number(1))
    }
    return Chart(
      drawing: plot.drawing,
      caption: "Read: \(readRate.text). Everything less sure is left to a person.")
  }
}
