import DigitKit
import Foundation

/// `docs/results.md`: between two marks each, two tables that this program writes: networks that learned from
/// MNIST, and from drawn digits. Around them is what people wrote.
struct Page {
  var path: String

  /// Writes the row of an experiment that has all its seeds, and keeps the others as they are.
  func update(_ experiment: Experiment, row: String) throws {
    let isDrawn = experiment.drawn != nil
    let table = isDrawn ? "synth" : "results"
    let (first, last) = (
      "<!-- \(table): written by scripts/results -->", "<!-- end of \(table) -->"
    )
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let start = text.range(of: first), let end = text.range(of: last),
      start.upperBound <= end.lowerBound
    else { throw Missing(path: path) }
    var known = lines(text[start.upperBound..<end.lowerBound])
    known[experiment.name] = row
    let order = Experiment.all.filter { ($0.drawn != nil) == isDrawn }.map(\.name)
    let rows = order.map { known[$0] ?? Page.empty($0) }
    let head = [
      "| experiment | how it is trained | test accuracy, % | each seed | claim, % | parameters | "
        + "seconds a seed | command |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    let body = "\n\n" + (head + rows).joined(separator: "\n") + "\n\n"
    try (text[..<start.upperBound] + body + text[end.lowerBound...])
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func lines(_ text: Substring) -> [String: String] {
    var known: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let name = line.split(separator: "|").first.map { $0.filter { !" `".contains($0) } } ?? ""
      if Experiment.all.contains(where: { $0.name == name }) { known[name] = String(line) }
    }
    return known
  }

  /// The row of an experiment's seeds: mean and standard deviation.
  static func row(_ experiment: Experiment, _ outcomes: [Runs.Outcome]) -> String {
    let accuracies = outcomes.map { 100 * $0.testAccuracy }
    let mean = average(accuracies)
    let spread =
      accuracies.count > 1
      ? (accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        / Double(accuracies.count - 1)).squareRoot() : 0
    let passes = Set(outcomes.map(\.passes)).sorted().map(String.init).joined(separator: ", ")
    var summary = experiment.summary
    if experiment.configuration.earlyStopping != nil { summary += "; took \(passes) passes" }
    if let choice = outcomes.first?.choice {
      summary += "; chosen: rate \(choice.rate), momentum \(momentum(choice))"
    }
    return
      "| `\(experiment.name)` | \(summary) | **\(rounded(mean, 2)) ± \(rounded(spread, 2))** | "
      + "\(accuracies.map { rounded($0, 2) }.joined(separator: ", ")) | "
      + "\(experiment.claim.map { rounded($0, 2) } ?? "-") | \(outcomes.first?.parameters ?? 0) | "
      + "\(rounded(average(outcomes.map(\.seconds)), 0)) | `scripts/results \(experiment.name)` |"
  }

  private static func momentum(_ optimiser: Optimiser) -> Double {
    if case .sgd(let sgd) = optimiser { sgd.momentum } else { 0 }
  }

  private static func average(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }

  private static func empty(_ name: String) -> String {
    "| `\(name)` | not run yet | | | | | | `scripts/results \(name)` |"
  }

  struct Missing: Error, CustomStringConvertible {
    var path: String
    var description: String { "\(path): its marks for the table are missing" }
  }
}
