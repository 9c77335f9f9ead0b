/// A test as text for people, as CSV and as JSON for programs.
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
      + table(classTable, rightAligned: [1, 2, 3, 4, 5], sums: 2)
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
      + [row("macro", macro, count, nil), row("weighted", weighted, count, nil)]
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

/// Columns two spaces apart, nothing ruled.
private func columns(_ rows: [[String]]) -> [String] {
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
