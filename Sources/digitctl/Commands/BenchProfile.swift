import DigitKit

/// `bench --profile`: where the time of a step goes.
enum BenchProfile {
  static let profile = Flag("--profile", "tell where the time of a step goes, by operation")

  /// What is known to be wrong before anything is measured.
  static func check(_ asked: Invocation) throws {
    guard let path = asked[BenchOutput.out] else { return }
    guard path.hasSuffix(".svg") else {
      throw UsageError(message: "\(path): the name of a profile's picture ends in .svg")
    }
    try refuseToOverwrite(path, force: asked[BenchOutput.force])
  }

  /// Measures, and draws where that was asked for.
  static func measure(
    _ candidates: [SpeedReport.Candidate], _ options: SpeedReport.Options, _ asked: Invocation
  ) throws -> ProfileReport {
    let plans = candidates.count * PlanProfile.Task.allCases.count
    asked.console.note(
      "\(counted(plans * options.rounds, "measurement")) of \(Numbers.time(2.25 * options.seconds)) each"
    )
    var progress = Progress("profiling", on: asked.console)
    defer { progress.clear() }
    let report = try ProfileReport.measure(candidates, options: options) { done, total, next in
      progress.show(done, of: total) { _ in next }
    }
    if let path = asked[BenchOutput.out] {
      try writing { try AtomicFile.write(report.svg, to: path) }
    }
    return report
  }
}
