import DigitKit
import Foundation
import Testing

@testable import digitctl

private func run(_ arguments: String...) -> (code: ExitCode, out: String, err: String) {
  run(arguments)
}

@Suite struct ToolTests {
  @Test func helpListsEveryCommand() {
    let (code, out, err) = run("--help")
    #expect(code == .done)
    #expect(err.isEmpty)
    for command in Tool.commands { #expect(out.contains("  \(command.name)  ")) }
  }

  @Test func everyCommandExplainsItself() {
    for command in Tool.commands {
      let (code, out, _) = run(command.name, "--help")
      #expect(code == .done)
      #expect(out.contains("usage: digitctl \(command.name)"))
      for flag in command.flags { #expect(out.contains(flag.name)) }
    }
  }

  @Test(arguments: ["version", "--version"])
  func version(_ argument: String) {
    #expect(run(argument) == (.done, Engine.version + "\n", ""))
  }

  @Test(arguments: [
    [], ["dcotor"], ["doctor", "--jsn"], ["version", "extra"], ["-x"], [""],
  ])
  func wrongUsageIsTwoAndALine(_ arguments: [String]) {
    let (code, out, err) = run(arguments)
    #expect(code == .wrongUsage)
    #expect(out.isEmpty)
    #expect(err.hasPrefix("error: "))
    #expect(err.contains("--help"))
  }

  @Test func doctorFindsAllWell() {
    let (code, out, err) = run("doctor")
    #expect(code == .done)
    #expect(err.isEmpty)
    #expect(out.hasSuffix("All well.\n"))
  }

  @Test func doctorJSONHoldsTheSame() throws {
    let (code, out, _) = run("doctor", "--json")
    #expect(code == .done)
    let report = try JSONDecoder().decode(DoctorReport.self, from: Data(out.utf8))
    #expect(report.version == Engine.version)
    #expect(report.openMP == Engine.hasOpenMP)
    #expect(report.instructionSets.first == "ref")
    #expect(report.checks.count == report.instructionSets.count - 1)
    #expect(report.data.sets.map(\.name) == NamedSet.all.map(\.name))
  }

  @Test func doctorSaysWhenAKernelIsWrong() {
    let bad = DoctorReport(
      version: "0", openMP: false, threads: 1, instructionSets: ["ref", "base"],
      notOnThisProcessor: ["avx2"], chosen: "base",
      checks: [.init(instructionSet: "base", difference: .nan, passed: false, gflops: 1)],
      data: DataPlaces(roots: [], sets: [], caches: nil))
    #expect(!bad.passed)
    #expect(bad.text.contains("WRONG"))
    #expect(bad.text.contains("avx2"))
    #expect(throws: Never.self) { try bad.json }
  }
}
