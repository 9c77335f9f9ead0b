import DigitKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `bench --scaling`: how speed goes with threads, batches, networks and numbers of pictures.
enum BenchScaling {
  static let scaling = Flag(
    repeated: "--scaling", ValueType<Choice>.choice, "WHAT",
    "tell how speed goes with this; may be given again")
  static let flags: [any AnyFlag] = [scaling, largest]

  private static let largest = Flag(
    "--largest", .count, "N", default: 1_000_000,
    "the most pictures of a pass of --scaling data, as 10M")

  /// Studies by name.
  enum Choice: String, CaseIterable, Sendable {
    case threads, batch, network, data, all
  }

  /// What is known to be wrong before anything is measured. `others` are flags that it has no use for.
  static func check(_ asked: Invocation, refusing others: [String], out: String?) throws {
    guard !asked[scaling].isEmpty else {
      guard asked.isGiven(largest) else { return }
      throw UsageError(message: "--largest is for --scaling data")
    }
    if let flag = others.first {
      throw UsageError(
        message:
          "\(flag) is not for --scaling, which measures training and prediction of drawn digits")
    }
    guard let out else { return }
    guard !exists(out) || isFolder(out) else {
      throw OutputError(message: "\(out): it is a file; --scaling writes into a folder")
    }
    for study in studies(asked) {
      try refuseToOverwrite("\(out)/\(study.rawValue).svg", force: asked[BenchOutput.force])
    }
    for name in ["scaling.json", "scaling.csv"] {
      try refuseToOverwrite("\(out)/\(name)", force: asked[BenchOutput.force])
    }
  }

  private static func studies(_ asked: Invocation) -> [ScalingReport.Study] {
    let wanted = Set(asked[scaling].map(\.rawValue))
    return ScalingReport.Study.allCases.filter {
      wanted.contains("all") || wanted.contains($0.rawValue)
    }
  }

  /// Measures, and writes where that was asked for. `speed` has what it shares with other measurements.
  static func measure(
    _ candidates: [SpeedReport.Candidate], _ speed: SpeedReport.Options, _ asked: Invocation
  ) throws -> ScalingReport {
    var options = ScalingReport.Options()
    options.studies = Set(studies(asked))
    options.networks = candidates
    options.threads = speed.threads
    options.seconds = speed.seconds
    options.rounds = speed.rounds
    options.check = speed.check
    options.sizes = ScalingReport.Options.sizes(upTo: asked[largest])
    options.pass = { try pass($0, threads: speed.threads) }
    asked.console.note(
      studies(asked).map(\.rawValue).joined(separator: ", ") + ": "
        + counted(options.rounds, "round") + " of \(Numbers.time(options.seconds)) each")
    var progress = Progress("measuring", on: asked.console)
    defer { progress.clear() }
    let report = try ScalingReport.measure(options) { done, total, next in
      progress.show(done, of: total) { _ in next }
    }
    progress.clear()
    if let cores = report.disturbance {
      asked.console.warn(
        "other processes kept \(Numbers.fixed(cores, 1)) cores busy: repeat this on a machine that has no other work"
      )
    }
    if let folder = asked[BenchOutput.out] { try writing { try write(report, to: folder) } }
    return report
  }

  private static func write(_ report: ScalingReport, to folder: String) throws {
    try Folder.make(folder)
    try AtomicFile.write(report.json() + "\n", to: folder + "/scaling.json")
    try AtomicFile.write(report.csv, to: folder + "/scaling.csv")
    for study in report.studies {
      guard let svg = report.svg(study) else { continue }
      try AtomicFile.write(svg, to: "\(folder)/\(study.rawValue).svg")
    }
  }

  /// `digitctl train`, as anyone may call it.
  private static func pass(_ pictures: Int, threads: Int) throws -> ScalingReport.Pass {
    let folder = FileManager.default.temporaryDirectory.path + "/digitctl-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = try OwnProcess.output(of: [
      "train", "--data", "synth:\(pictures)", "--stream", "--val", "none", "--epochs", "1",
      "--model", ScalingReport.passNetwork, "--batch", "\(ScalingReport.passBatch)", "--threads",
      "\(threads)", "--out", folder, "--json", "--quiet",
    ])
    let outcome = try JSONDecoder().decode(TrainingOutcome.self, from: Data(text.utf8))
    return ScalingReport.Pass(
      imagesPerSecond: Double(pictures) / outcome.seconds, peakMemory: outcome.peakMemory)
  }
}
