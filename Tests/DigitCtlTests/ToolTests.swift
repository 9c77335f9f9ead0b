import DigitKit
import Foundation
import Testing

@testable import digitctl

/// What a run printed and how it ended.
private func run(_ arguments: String...) -> (code: ExitCode, out: String, err: String) {
  var out = ""
  var err = ""
  let code = Tool.run(arguments, out: { out += $0 + "\n" }, err: { err += $0 + "\n" })
  return (code, out, err)
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
    var out = ""
    var err = ""
    let code = Tool.run(arguments, out: { out += $0 }, err: { err += $0 })
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
  }

  @Test func doctorSaysWhenAKernelIsWrong() {
    let bad = DoctorReport(
      version: "0", openMP: false, threads: 1, instructionSets: ["ref", "base"],
      notOnThisProcessor: ["avx2"], chosen: "base",
      checks: [.init(instructionSet: "base", difference: .nan, passed: false, gflops: 1)])
    #expect(!bad.passed)
    #expect(bad.text.contains("WRONG"))
    #expect(bad.text.contains("avx2"))
    #expect(throws: Never.self) { try bad.json }
  }
}

/// The built program, as a shell sees it.
@Suite struct ProgramTests {
  /// SwiftPM puts the program beside the test bundle.
  private var program: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      return bundle!.bundleURL.deletingLastPathComponent().appendingPathComponent("digitctl")
    #else
      return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("digitctl")
    #endif
  }

  private func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, out: String, err: String) {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let out = Pipe()
    let err = Pipe()
    process.standardOutput = out
    process.standardError = err
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let errors = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: output, as: UTF8.self),
      String(decoding: errors, as: UTF8.self)
    )
  }

  @Test func exitCodes() throws {
    #expect(try run(["version"]).status == 0)
    let wrong = try run(["nonsense"])
    #expect(wrong.status == 2)
    #expect(wrong.out.isEmpty)
    #expect(wrong.err.contains("nonsense"))
  }

  @Test func environmentForcesAnInstructionSet() throws {
    let forced = try run(["doctor"], environment: ["CK_ISA": "ref"])
    #expect(forced.status == 0)
    #expect(forced.out.contains("in use            ref"))

    let unknown = try run(["doctor"], environment: ["CK_ISA": "sse9"])
    #expect(unknown.status == 1)
    #expect(unknown.out.isEmpty)
    #expect(unknown.err.contains("sse9"))
  }
}
