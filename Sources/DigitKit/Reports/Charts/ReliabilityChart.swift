/// Whether confidences mean what they say.
extension TestReport {
  var reliabilityChart: Chart {
    let bins = calibration.bins
    let error = Numbers.percent(calibration.expectedError)
    var plot = Plot(
      id: "reliability", title: "Reliability",
      summary: "Accuracy against confidence in \(bins.count) ranges; the expected calibration "
        + "error is \(error).",
      labels: Plot.Labels(x: "confidence", y: "read correctly"), x: Scale([0, 1], form: .percent),
      y: Scale([0, 1], form: .percent))
    for (place, bin) in bins.enumerated() where bin.count > 0 {
      let low = Double(place) / Double(bins.count)
      plot.bar(
        low...Double(place + 1) / Double(bins.count), bin.accuracy,
        bin.count < 10 ? "bar few" : "bar",
        note: "\(grouped(bin.count)) readings, confidence \(Numbers.percent(bin.confidence)), "
          + "right \(Numbers.percent(bin.accuracy))")
    }
    plot.guide((0, 0), (1, 1))
    return Chart(
      drawing: plot.drawing,
      caption: "Expected calibration error \(error). Bars on the dashed line mean what they say; "
        + "below it, confidence is too high. Pale bars stand for fewer than ten pictures.")
  }
}
