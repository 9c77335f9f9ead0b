/// Speeds as text for people, as CSV and as JSON for programs.
extension SpeedReport {
  /// JSON.
  public func json() throws -> String { try ReportJSON.text(self) }

  /// One line for each network and measure.
  public var csv: String {
    var csv = CSV([
      "network", "parameters", "measure", "unit", "batch", "threads", "median", "least", "most",
      "processor", "instruction_set", "data",
    ])
    for network in networks {
      for figure in network.figures {
        csv.add(
          [
            network.name, "\(network.parameters)", figure.measure.rawValue, figure.measure.unit,
            "\(figure.batch)", "\(figure.threads)",
          ] + [figure.median, figure.least, figure.most].map(CSV.number)
            + [environment.processor, environment.instructionSet, data])
      }
    }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    let way = wayOfMeasuring(data, augmentation, rounds: rounds, seconds: seconds)
    return
      ([environment.line, way, ""] + table(figureTable, rightAligned: [2, 3, 4], sums: 0))
      .joined(separator: "\n")
  }

  private var figureTable: [[String]] {
    [["network", "", "median", "least", "most", ""]]
      + networks.flatMap { network in
        network.figures.enumerated().map { place, figure in
          [
            place == 0 ? network.name.onOneLine.shortened(to: 40) : "", figure.words,
          ] + [figure.median, figure.least, figure.most].map(Numbers.brief)
            + [figure.measure.unit]
        }
      }
  }
}

extension ReportEnvironment {
  /// Processor, instruction set and threads.
  var line: String {
    "\(processor.onOneLine), \(instructionSet), " + counted(threads, "thread")
  }
}

/// On what and how speeds were measured.
func wayOfMeasuring(
  _ data: String, _ augmentation: String?, rounds: Int, seconds: Double
) -> String {
  let changes = augmentation.map { ", training with \($0)" } ?? ""
  return
    "On \(data.onOneLine)\(changes); \(counted(rounds, "round")) of \(Numbers.time(seconds)) each, in turns."
}

extension SpeedReport.Figure {
  fileprivate var words: String {
    switch measure {
    case .training: "training, batch \(batch)"
    case .prediction: "prediction, batch \(batch)"
    case .onePicture: "one picture, one thread"
    }
  }
}
