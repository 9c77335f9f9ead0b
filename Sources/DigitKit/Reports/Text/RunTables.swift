/// A run as text for people, as CSV and as JSON for programs.
extension RunReport {
  /// JSON, without pictures unless asked for.
  public func json(withPictures: Bool = false) throws -> String {
    var report = self
    if !withPictures { report.test = test?.withoutPictures }
    return try ReportJSON.text(report)
  }

  /// One line for each pass.
  public var csv: String {
    var csv = CSV([
      "epoch", "update", "seconds", "loss", "accuracy", "validation_loss", "validation_accuracy",
      "best", "rate",
    ])
    for epoch in epochs {
      csv.add(
        ["\(epoch.number)", "\(epoch.update)", CSV.number(epoch.seconds)]
          + [epoch.loss, epoch.accuracy, epoch.validationLoss, epoch.validationAccuracy]
          .map(CSV.number) + ["\(epoch.isBest)", CSV.number(epoch.rate)])
    }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    var lines = ["\(run.network.name.onOneLine) on \(run.data.name.onOneLine)", ""]
    lines += table(epochTable, rightAligned: Set(0...6), sums: 0)
    lines.append("")
    lines.append(
      "\(Numbers.time(seconds)), \(end ?? "not ended yet")"
        + (best.map { ", \($0.bestText)" } ?? ""))
    if let test { lines += ["", test.text] }
    return lines.joined(separator: "\n")
  }

  /// Passes as a table of text.
  var epochTable: [[String]] {
    func part(_ value: Double?) -> String { value.map { Numbers.percent($0) } ?? "" }
    func loss(_ value: Double?) -> String { value.map { Numbers.fixed($0, 4) } ?? "" }
    return [
      [
        "epoch", "loss", "accuracy", "validation loss", "validation accuracy", "rate", "time",
      ]
    ]
      + epochs.map { epoch in
        [
          "\(epoch.number)", loss(epoch.loss), part(epoch.accuracy), loss(epoch.validationLoss),
          part(epoch.validationAccuracy) + (epoch.isBest ? " *" : ""),
          epoch.rate.map(Numbers.brief) ?? "", Numbers.time(epoch.seconds),
        ]
      }
  }
}

extension RunRecord {
  /// Of the best validation.
  var bestText: String {
    let value =
      accuracy.map { "accuracy " + Numbers.percent($0) }
      ?? loss.map { "loss " + Numbers.fixed($0, 4) }
    return "best validation \(value ?? Numbers.none) after \(epoch) epochs"
  }
}
