/// A comparison as text for people, as CSV and as JSON for programs.
extension ComparisonReport {
  /// JSON, without pictures.
  public func json() throws -> String {
    var report = self
    for place in entries.indices {
      report.entries[place].report.test = entries[place].report.test?.withoutPictures
    }
    return try ReportJSON.text(report)
  }

  /// One line for each run.
  public var csv: String {
    var csv = CSV([
      "run", "network", "parameters", "epochs", "seconds", "best_validation_loss",
      "best_validation_accuracy", "accuracy", "accuracy_low", "accuracy_high",
    ])
    for entry in entries {
      let report = entry.report
      csv.add(
        [
          entry.name, report.run.network.name, "\(report.run.network.parameters)",
          "\(report.epochs.last?.number ?? 0)", CSV.number(report.seconds),
        ]
          + [
            report.best?.loss, report.best?.accuracy, entry.accuracy, entry.accuracyInterval?.low,
            entry.accuracyInterval?.high,
          ].map(CSV.number))
    }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    let pairs = pairs.map(sentence)
    return
      (table(runTable, rightAligned: [2, 3, 4, 5, 6], sums: 0)
      + (pairs.isEmpty ? [] : [""] + pairs)).joined(separator: "\n")
  }

  /// The runs as a table of text.
  var runTable: [[String]] {
    [["run", "network", "parameters", "epochs", "time", "best validation", data ?? "test"]]
      + entries.map { entry in
        let report = entry.report
        let best = report.best.map {
          $0.accuracy.map { Numbers.percent($0) } ?? $0.loss.map { Numbers.fixed($0, 4) }
            ?? Numbers.none
        }
        return [
          entry.name.onOneLine.shortened(to: 40), report.run.network.name.onOneLine,
          grouped(report.run.network.parameters), "\(report.epochs.last?.number ?? 0)",
          Numbers.time(report.seconds), best ?? Numbers.none,
          entry.accuracy.map { Numbers.percent($0) } ?? Numbers.none,
        ]
      }
  }

  /// What a pair's numbers mean.
  func sentence(_ pair: Pair) -> String {
    let (a, b) = (entries[pair.first].name.onOneLine, entries[pair.second].name.onOneLine)
    let counts = "\(pair.onlyFirst) pictures only by \(a), \(pair.onlySecond) only by \(b)"
    let verdict =
      pair.isSignificant
      ? "\(pair.onlyFirst > pair.onlySecond ? a : b) is better" : "the difference may be luck"
    return
      "\(a) and \(b): read correctly \(counts); \(verdict) (p = \(Numbers.brief(pair.pValue)))."
  }
}
