/// Reports as text for people, as CSV and as JSON for programs.
extension TestReport {
  /// JSON, without pictures unless asked for.
  public func json(withPictures: Bool = false) throws -> String {
    try ReportJSON.text(withPictures ? self : withoutPictures)
  }

  /// One line for each class, and the means: `class,precision,recall,f1,support,auc`.
  public var csv: String {
    var csv = CSV(["class", "precision", "recall", "f1", "support", "auc"])
    func add(_ name: String, _ score: Score, _ support: Int, _ area: Double?) {
      csv.add(
        [name] + [score.precision, score.recall, score.f1].map(CSV.number)
          + ["\(support)", CSV.number(area)])
    }
    for one in classes { add(one.name, one.score, one.support, one.area) }
    add("macro", macro, count, nil)
    add("weighted", weighted, count, nil)
    return csv.text
  }

  /// The confusion matrix: a line for each true class, a column for each that was read.
  public var confusionCSV: String {
    var csv = CSV(["true class"] + classes.map(\.name))
    for (one, row) in zip(classes, confusion) { csv.add([one.name] + row.map(String.init)) }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    let interval =
      "\(Numbers.percent(accuracyInterval.low)) to \(Numbers.percent(accuracyInterval.high))"
    var facts = [
      ["accuracy", "\(Numbers.percent(accuracy)), 95 % confidence: \(interval)"],
      ["errors", "\(grouped(count - correct)) of \(grouped(count))"],
    ]
    if let loss { facts.append(["loss", Numbers.fixed(loss, 4)]) }
    facts.append([
      "calibration error",
      "\(Numbers.percent(calibration.expectedError)), at most \(Numbers.percent(calibration.largestError))",
    ])
    facts.append(["reading", readRate.text])
    if let speed {
      facts.append([
        "speed",
        "\(Numbers.brief(speed.imagesPerSecond)) images/s on \(about.environment.threads) threads",
      ])
    }
    let head = ["\(about.modelName.onOneLine) on \(about.data.onOneLine)", ""]
    let mistakes = commonMistakes(8)
    let named = mistakes.map {
      "  \($0.label.onOneLine) read as \($0.predicted.onOneLine): \($0.count)"
    }
    return
      (head + columns(facts) + about.notes.map(\.onOneLine) + [""]
      + table(classTable, rightAligned: [1, 2, 3, 4, 5])
      + (named.isEmpty ? [] : ["", "Most frequent mistakes:"] + named))
      .joined(separator: "\n")
  }

  /// Classes and their means, as a table of text.
  var classTable: [[String]] {
    func row(_ name: String, _ score: Score, _ support: Int, _ area: Double?) -> [String] {
      [name.onOneLine.shortened(to: 24)]
        + [score.precision, score.recall, score.f1].map { Numbers.fixed($0, 4) }
        + [grouped(support), area.map { Numbers.fixed($0, 5) } ?? Numbers.none]
    }
    return [["class", "precision", "recall", "F1", "pictures", "AUC"]]
      + classes.map { row($0.name, $0.score, $0.support, $0.area) }
      + [row("macro mean", macro, count, nil), row("weighted mean", weighted, count, nil)]
  }

  /// Which classes were taken for which, most frequent first.
  func commonMistakes(_ most: Int) -> [(label: String, predicted: String, count: Int)] {
    let all = confusion.indices.flatMap { label in
      confusion[label].indices.compactMap { predicted in
        label != predicted && confusion[label][predicted] > 0
          ? (label: label, predicted: predicted, count: confusion[label][predicted]) : nil
      }
    }
    return all.sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
      .prefix(most).map { (classes[$0.label].name, classes[$0.predicted].name, $0.count) }
  }
}

extension TestReport.ReadRateSummary {
  /// What the chosen threshold gives, in a sentence.
  var text: String {
    let allowed = Numbers.trimmed(Numbers.fixed(100 * allowedError, 4)) + " %"
    guard let chosen else { return "no threshold keeps errors to \(allowed)" }
    return
      "\(Numbers.percent(chosen.readRate)) at confidence \(Numbers.fixed(chosen.threshold, 4)) "
      + "and up, for errors of at most \(allowed)"
  }
}

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
    lines += table(epochTable, rightAligned: Set(0...6))
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
    return (columns(runTable) + (pairs.isEmpty ? [] : [""] + pairs)).joined(separator: "\n")
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

/// Columns two spaces apart, nothing ruled.
func columns(_ rows: [[String]]) -> [String] {
  let count = rows.map(\.count).max() ?? 0
  let widths = (0..<count).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    var line = zip(row, widths).map { cell, width in
      cell + String(repeating: " ", count: width - cell.count)
    }.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
