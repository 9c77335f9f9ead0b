/// How loss, accuracy and learning rate went.
extension RunReport {
  /// Where a record lies along the run: in passes once one is known to have ended, in updates before.
  func place(_ record: RunRecord) -> Double {
    Double(record.update) / (updatesPerEpoch ?? 1)
  }

  var placeLabel: String { updatesPerEpoch == nil ? "updates" : "epochs" }

  /// A number of all records of a kind along the run.
  func curve(_ kind: RunRecord.Kind, _ value: KeyPath<RunRecord, Double?>) -> [Plot.Point] {
    records.filter { $0.kind == kind }.compactMap { record in
      guard let value = record[keyPath: value], value.isFinite else { return nil }
      return (place(record), value)
    }
  }

  /// Of training: by windows of updates, or by passes where there are many or no windows.
  func trainingCurve(_ value: KeyPath<RunRecord, Double?>) -> [Plot.Point] {
    let passes = curve(.epoch, value)
    let windows = curve(.steps, value)
    return passes.count >= 12 || windows.count < 2 ? passes : windows
  }

  /// The curves of a run, as far as there is anything to draw.
  var curveCharts: [Chart] {
    let rates = curve(.steps, \.rate) + curve(.epoch, \.rate)
    return [lossChart, accuracyChart, rateChart(rates.sorted { $0.x < $1.x })].compactMap { $0 }
  }

  private var lossChart: Chart? {
    progressChart(
      \.loss, title: "Loss", axis: "loss", along: "by powers of ten", CurveDrawing.lossScale,
      Numbers.brief,
      caption: "Lower is better. Training and validation part where the network begins to learn "
        + "its pictures by heart.")
  }

  private var accuracyChart: Chart? {
    progressChart(
      \.accuracy, title: "Accuracy", axis: "read correctly", CurveDrawing.accuracyScale,
      { Numbers.percent($0) },
      caption: "The part that was read correctly. Training is measured while the weights change, "
        + "with dropout and augmentation where they are on.")
  }

  /// A number of training beside that of validation.
  private func progressChart(
    _ value: KeyPath<RunRecord, Double?>, title: String, axis: String, along: String? = nil,
    _ scale: ([[Plot.Point]]) -> Scale, _ words: (Double) -> String, caption: String
  ) -> Chart? {
    let curves = [trainingCurve(value), curve(.validation, value)]
    guard curves.contains(where: { !$0.isEmpty }) else { return nil }
    let last = curves.map { $0.last.map { words($0.y) } ?? Numbers.none }
    let way = along.map { ", \($0)" } ?? ""
    let plot = CurveDrawing(
      id: title.lowercased(), title: title,
      summary: "\(title) along the run\(way); at the end \(last[0]) in training and \(last[1]) in "
        + "validation.",
      labels: Plot.Labels(x: placeLabel, y: axis), curves: namedCurves(curves),
      scale: scale(curves))
    return Chart(drawing: plot.drawing, caption: caption)
  }

  private func rateChart(_ points: [Plot.Point]) -> Chart? {
    let values = points.map(\.y)
    guard !values.isEmpty else { return nil }
    let plot = CurveDrawing(
      id: "rate", title: "Learning rate",
      summary: "The learning rate along the run, from \(Numbers.brief(values[0])) to "
        + "\(Numbers.brief(values[values.count - 1])).",
      labels: Plot.Labels(x: placeLabel, y: "rate"),
      curves: [.init(name: nil, style: SeriesStyle.number(2), points: points)],
      scale: Scale(values, within: 0...0))
    return Chart(
      drawing: plot.drawing, caption: "How far each update may go, of the first parameter group.")
  }

  private func namedCurves(_ curves: [[Plot.Point]]) -> [CurveDrawing.Curve] {
    zip(["training", "validation"], curves).enumerated().compactMap { place, curve in
      curve.1.isEmpty
        ? nil : .init(name: curve.0, style: SeriesStyle.number(place), points: curve.1)
    }
  }
}

/// Several lines over one axis.
struct CurveDrawing {
  struct Curve {
    /// In the legend; nil: in none.
    var name: String?
    var style: String
    var points: [Plot.Point]
  }

  let drawing: Drawing

  init(
    id: String, title: String, summary: String, labels: Plot.Labels, curves: [Curve], scale: Scale
  ) {
    let x = Scale(curves.flatMap { $0.points.map(\.x) }, within: 0...0, rounds: false)
    var plot = Plot(
      id: id, title: title, summary: summary, labels: labels, x: x, y: scale,
      legend: curves.compactMap { curve in
        curve.name.map { Legend.Entry(text: $0, style: curve.style) }
      })
    for curve in curves {
      // What lies below the axis is left out, not pressed against it.
      plot.line(curve.points.filter { $0.y >= scale.domain.lowerBound }, curve.style)
    }
    drawing = plot.drawing
  }

  /// By powers: a loss falls through several.
  static func lossScale(_ curves: [[Plot.Point]]) -> Scale {
    Scale(byPowers: curves.joined().map(\.y), room: 1.15)
  }

  /// Up to 100 %, from where the curves are after a tenth of the way: the first moments of a run would press
  /// everything else against the upper edge.
  static func accuracyScale(_ curves: [[Plot.Point]]) -> Scale {
    let points = curves.flatMap { $0 }
    let end = points.map(\.x).max() ?? 0
    let settled = points.filter { $0.x >= end / 10 }.map(\.y)
    return Scale.parts(from: settled.min() ?? 0)
  }
}
