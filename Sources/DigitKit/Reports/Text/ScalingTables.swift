/// How speed goes with sizes as text for people, as CSV and as JSON for programs.
extension ScalingReport {
  /// JSON.
  public func json() throws -> String { try ReportJSON.text(self) }

  /// One line for each point.
  public var csv: String {
    var csv = CSV([
      "study", "network", "measure", "threads", "batch", "multiply_adds", "pictures",
      "images_per_second", "least", "most", "threads_at_work", "peak_memory", "other_cores",
      "processor", "instruction_set",
    ])
    for point in points {
      let figure = point.figure
      csv.add(
        [
          point.study.rawValue, point.network, figure.measure.rawValue, "\(figure.threads)",
          "\(figure.batch)", "\(point.multiplyAdds)", point.pictures.map(String.init) ?? "",
        ] + [figure.median, figure.least, figure.most].map(CSV.number)
          + [
            "\(point.threadsAtWork)", point.peakMemory.map(String.init) ?? "",
            CSV.number(point.otherCores), environment.processor, environment.instructionSet,
          ])
    }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    let way =
      "\(counted(rounds, "round")) of \(Numbers.time(seconds)) each, in turns; medians, with the least and the most."
    let parts = studies.map { study in
      [study.title, ""] + DigitKit.table(rows(study), rightAligned: [2, 3, 4, 5, 6], sums: 0)
        + [""] + findings(study)
    }
    return ([environment.line, way] + parts.flatMap { [""] + $0 }).joined(separator: "\n")
  }

  private func rows(_ study: Study) -> [[String]] {
    let lines = [SpeedReport.Measure.training, .prediction].flatMap { curves(study, $0) }
    return [["", "", study.sizeName, "images/s", "least", "most", study.otherName]]
      + lines.flatMap { curve in
        curve.points.enumerated().map { place, point in
          let name = curve.network ?? point.network
          return [
            place == 0 || curve.network == nil ? name.onOneLine.shortened(to: 24) : "",
            place == 0 ? curve.measure.rawValue : "", grouped(Int(point.size)),
          ] + [point.figure.median, point.figure.least, point.figure.most].map(Numbers.brief)
            + [point.other]
        }
      }
  }
}

extension ScalingReport.Study {
  /// A headline.
  var title: String {
    switch self {
    case .threads: "Threads"
    case .batch: "Pictures of a batch"
    case .network: "Size of the network"
    case .data: "Pictures of a pass, drawn as they are needed"
    }
  }

  /// What changes.
  var sizeName: String {
    switch self {
    case .threads: "threads"
    case .batch: "batch"
    case .network: "multiply-adds"
    case .data: "pictures"
    }
  }

  /// What else its table says.
  fileprivate var otherName: String {
    switch self {
    case .threads: ""
    case .batch: "threads at work"
    case .network: "µs a picture"
    case .data: "peak memory"
    }
  }
}

extension ScalingReport.Point {
  fileprivate var other: String {
    switch study {
    case .threads: ""
    case .batch: "\(threadsAtWork)"
    case .network: Numbers.brief(1e6 * cost)
    case .data: peakMemory.map(Numbers.mebibytes) ?? Numbers.none
    }
  }
}
