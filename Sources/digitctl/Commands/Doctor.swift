import DigitKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

private let json = Flag("--json", "one JSON object instead of text")

let doctorCommand = Command(
  name: "doctor",
  abstract: "Show what this machine offers, check the kernels on it, and find data and caches.",
  flags: [json],
  examples: [
    .init("doctor", "processor, instruction sets, threads, data, and whether all is right")
  ]
) { invocation in
  let report = try DoctorReport.make()
  try invocation.console.out(invocation[json] ? try report.json : report.text)
  return report.passed ? .done : .failed
}

/// What `digitctl doctor` found.
struct DoctorReport: Codable {
  struct Check: Codable {
    var instructionSet: String
    var difference: Float
    var passed: Bool
    var gflops: Double
  }

  var version: String
  var openMP: Bool
  var threads: Int
  var instructionSets: [String]
  var notOnThisProcessor: [String]
  var chosen: String
  var checks: [Check]
  var data: DataPlaces

  var passed: Bool { checks.allSatisfy(\.passed) }

  static func make() throws -> DoctorReport {
    let sets = Engine.instructionSets
    return DoctorReport(
      version: Engine.version,
      openMP: Engine.hasOpenMP,
      threads: Engine.defaultThreads,
      instructionSets: sets.filter(\.isAvailable).map(\.name),
      notOnThisProcessor: sets.filter { !$0.isAvailable }.map(\.name),
      chosen: try Engine.chosenInstructionSet(),
      checks: try SelfCheck.run().map {
        Check(
          instructionSet: $0.instructionSet, difference: $0.difference, passed: $0.passed,
          gflops: $0.gflops)
      },
      data: try DataPlaces.find())
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      // A broken kernel may yield NaN, which JSON has no number for.
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  var text: String {
    let shape = SelfCheck.shape
    var lines = [
      "DigitKit \(version)",
      "OpenMP            " + (openMP ? "found" : "not found: one thread"),
      "threads           \(threads)",
      "instruction sets  " + instructionSets.joined(separator: " "),
    ]
    if !notOnThisProcessor.isEmpty {
      lines.append("not here          " + notOnThisProcessor.joined(separator: " "))
    }
    lines.append("in use            \(chosen)")
    lines.append("")
    lines.append(
      "A convolution \(shape.kernel)x\(shape.kernel), \(shape.inChannels) to "
        + "\(shape.outChannels) channels on \(shape.height)x\(shape.width), "
        + "forward and gradient, against plain C:")
    for check in checks {
      lines.append(
        "  " + padded(check.instructionSet, 8) + (check.passed ? "right" : "WRONG")
          + ", difference \(check.difference), \(rounded(check.gflops)) GFLOP/s forward")
    }
    lines += [""] + data.lines + [""]
    lines.append(
      passed ? "All well." : "The kernels are wrong on this machine: please report it.")
    return lines.joined(separator: "\n")
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
