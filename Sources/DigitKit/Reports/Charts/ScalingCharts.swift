/// Sizes against speeds.
extension ScalingReport {
  /// A study as an SVG picture; nil where nothing of it was measured.
  public func svg(_ study: Study) -> String? {
    let charts = charts(study)
    guard !charts.isEmpty else { return nil }
    let disturbed =
      disturbance.map {
        " Other processes kept \(Numbers.brief($0)) cores busy: these are no figures of this machine."
      } ?? ""
    let foot = environment.line + "; " + counted(rounds, "round") + " in turns." + disturbed
    return ChartRow(
      id: study.rawValue, title: study.title, summary: findings(study).joined(separator: " "),
      charts: charts, foot: foot
    ).drawing.file
  }

  func charts(_ study: Study) -> [Chart] {
    if study == .data {
      return curves(.data, .training).flatMap { [passChart($0), memoryChart($0)] }.compactMap { $0 }
    }
    return [SpeedReport.Measure.training, .prediction].compactMap { measure in
      let lines = curves(study, measure)
      guard !lines.isEmpty else { return nil }
      let caption = findings(study, measure).joined(separator: "\n")
      let title = measure.rawValue.prefix(1).uppercased() + measure.rawValue.dropFirst()
      let id = "\(study.rawValue)-\(measure.rawValue)"
      let drawing =
        switch study {
        case .threads: threadDrawing(lines, id, title)
        case .batch: batchDrawing(lines, id, title)
        case .network, .data: networkDrawing(lines[0], id, title)
        }
      return Chart(drawing: drawing, caption: caption)
    }
  }

  private func legend(_ lines: [ScalingCurve]) -> [Legend.Entry] {
    lines.enumerated().map { place, line in
      Legend.Entry(text: line.network ?? line.name, style: SeriesStyle.number(place))
    }
  }

  /// Times as fast as on one thread.
  private func threadDrawing(_ lines: [ScalingCurve], _ id: String, _ title: String) -> Drawing {
    let most = lines.flatMap(\.points).map(\.size).max() ?? 1
    let scale = Scale([0, most])
    let drawn = lines.map { line in
      let one = line.points[0].figure.median * 1 / line.points[0].size
      return line.points.map { point in
        let figure = point.figure
        return Measured(
          x: point.size, y: figure.median / one, low: figure.least / one, high: figure.most / one)
      }
    }
    var plot = Plot(
      id: id, title: title,
      summary:
        "Speed on so many threads as a multiple of that on one; the broken line is the ideal.",
      labels: .init(x: "threads", y: "times as fast as one thread"), x: scale,
      y: Scale(drawn.joined().map(\.high) + [most], within: 0...0), legend: legend(lines))
    plot.guide((0, 0), (most, most))
    plot.draw(drawn)
    return plot.drawing
  }

  private func batchDrawing(_ lines: [ScalingCurve], _ id: String, _ title: String) -> Drawing {
    let drawn = lines.map { line in
      line.points.map { point in
        let figure = point.figure
        return Measured(x: point.size, y: figure.median, low: figure.least, high: figure.most)
      }
    }
    var plot = Plot(
      id: id, title: title,
      summary: "Images per second against pictures of a batch, both by powers of ten.",
      labels: .init(x: "pictures of a batch", y: "images/s"),
      x: Scale(byPowers: drawn.joined().map(\.x)),
      y: Scale(byPowers: drawn.joined().flatMap { [$0.low, $0.high] }, room: 1.3),
      legend: legend(lines))
    plot.draw(drawn)
    return plot.drawing
  }

  /// Names beside points, and the line of the network in the middle.
  private func networkDrawing(_ line: ScalingCurve, _ id: String, _ title: String) -> Drawing {
    let points = line.points.map { point in
      Measured(
        x: point.size / 1e6, y: 1e6 * point.cost, low: 1e6 * point.cost(at: point.figure.most),
        high: 1e6 * point.cost(at: point.figure.least))
    }
    let sizes = points.map(\.x)
    let ends = [sizes.min() ?? 1, sizes.max() ?? 1].map { (x: $0, y: 1e12 * $0 / line.medianRate) }
    var plot = Plot(
      id: id, title: title,
      summary:
        "Microseconds a picture against multiply-adds, both by powers of ten; the broken line has the rate "
        + "of the network in the middle.",
      labels: .init(x: "million multiply-adds a picture", y: "µs a picture"),
      x: Scale(byPowers: sizes, room: 2),
      y: Scale(byPowers: points.flatMap { [$0.low, $0.high] } + ends.map(\.y), room: 1.6),
      height: 300)
    plot.guide(ends[0], ends[1])
    for point in points { plot.draw([[point]]) }
    plot.name(zip(points, line.points).map { (($0.x, $0.y), $1.network.onOneLine) })
    return plot.drawing
  }

  private func passChart(_ line: ScalingCurve) -> Chart? {
    guard let last = line.points.last else { return nil }
    let points = line.points.map { point in
      Measured(
        x: point.size, y: point.cost, low: point.cost(at: point.figure.most),
        high: point.cost(at: point.figure.least))
    }
    let first = (x: line.points[0].size, y: last.cost * line.points[0].size / last.size)
    var plot = Plot(
      id: "data-time", title: "Time of a pass",
      summary:
        "Seconds of a pass against its pictures, both by powers of ten; on the broken line time grows as they do.",
      labels: .init(x: "pictures", y: "seconds"),
      x: Scale(byPowers: points.map(\.x)),
      y: Scale(byPowers: points.flatMap { [$0.low, $0.high] } + [first.y], room: 1.3))
    plot.guide(first, (last.size, last.cost))
    plot.draw([points])
    return Chart(
      drawing: plot.drawing, caption: findings(.data, .training).joined(separator: "\n"))
  }

  private func memoryChart(_ line: ScalingCurve) -> Chart? {
    let points = line.points.compactMap { point in
      point.peakMemory.map { bytes in
        let amount = Double(bytes) / 1_048_576
        return Measured(x: point.size, y: amount, low: amount, high: amount)
      }
    }
    guard let last = points.last else { return nil }
    var plot = Plot(
      id: "data-memory", title: "Memory",
      summary: "The most memory of the process against the pictures of its pass.",
      labels: .init(x: "pictures", y: "MiB at most"), x: Scale(byPowers: points.map(\.x)),
      y: Scale(points.map(\.y), within: 0...0))
    plot.draw([points])
    let whole = Numbers.mebibytes(Int(last.x) * 784)
    return Chart(
      drawing: plot.drawing,
      caption: "Held in memory, the \(grouped(Int(last.x))) pictures would take \(whole).")
  }
}

/// A median with the least and the most.
struct Measured {
  var x: Double
  var y: Double
  var low: Double
  var high: Double
}

extension Plot {
  /// Lines through medians, with what lies between the least and the most.
  mutating func draw(_ lines: [[Measured]]) {
    for (place, line) in lines.enumerated() {
      let style = SeriesStyle.number(place)
      for point in line { span(point.x, point.low, point.high, style) }
      self.line(line.map { ($0.x, $0.y) }, style)
    }
  }
}
