/// Curves of several runs in one drawing.
extension ComparisonReport {
  var charts: [Chart] {
    [
      overlaid(
        "validation-accuracy", "Validation accuracy", "read correctly",
        "Higher is better.", { $0.curve(.validation, \.accuracy) }, CurveDrawing.accuracyScale),
      overlaid(
        "validation-loss", "Validation loss", "loss", "Lower is better.",
        { $0.curve(.validation, \.loss) }, byPowers),
      overlaid(
        "training-loss", "Training loss", "loss",
        "As the networks were trained, with dropout and augmentation where they are on.",
        { $0.trainingCurve(\.loss) }, byPowers),
      overlaid(
        "rate", "Learning rate", "rate", "Of the first parameter group.",
        { $0.curve(.steps, \.rate) }, { Scale($0.joined().map(\.y), within: 0...0) }),
    ].compactMap { $0 }
  }

  private func byPowers(_ curves: [[Plot.Point]]) -> Scale {
    Scale(byPowers: curves.joined().map(\.y))
  }

  private func overlaid(
    _ id: String, _ title: String, _ label: String, _ caption: String,
    _ curve: (RunReport) -> [Plot.Point], _ scale: ([[Plot.Point]]) -> Scale
  ) -> Chart? {
    let curves = entries.enumerated().map { place, entry in
      CurveDrawing.Curve(
        name: entry.name.onOneLine, style: SeriesStyle.number(place),
        points: curve(entry.report))
    }.filter { !$0.points.isEmpty }
    guard !curves.isEmpty else { return nil }
    let inEpochs = entries.allSatisfy { $0.report.updatesPerEpoch != nil }
    return Chart(
      drawing: CurveDrawing(
        id: id, title: title,
        summary: "\(title) of \(curves.count) runs, "
          + curves.map { "\($0.name ?? "") \(Numbers.brief($0.points.last?.y ?? .nan)) at the end" }
          .joined(separator: ", ") + ".",
        labels: Plot.Labels(x: inEpochs ? "epochs" : "epochs or updates", y: label),
        curves: curves, scale: scale(curves.map(\.points))
      ).drawing, caption: caption)
  }
}
