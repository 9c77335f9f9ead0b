import Foundation
import Testing

@testable import digitctl

/// docs/tutorial.md from its first command to its last, on a small set in MNIST's place.
@Suite struct TutorialTests {
  @Test func everyCommandDoesWhatItSays() throws {
    let tutorial = try Document.named("docs/tutorial.md")
    let sandbox = try Sandbox()
    try sandbox.writeDigits(in: "sets", training: 3, test: 1)
    try sandbox.writePhotos()
    var said = ""
    for script in tutorial.blocks where script.language.isEmpty {
      // The set that a download would bring lies in the sandbox already.
      let lines = script.lines.filter { $0 != "digitctl data get mnist" }
      let ended = try sandbox.shell(
        (["set -e", "export DIGITKIT_DATA=sets XDG_CACHE_HOME=cache"] + lines).joined(
          separator: "\n"))
      #expect(ended.status == 0, "\(script.text)\n\(ended.err)")
      said += ended.err + ended.out
    }
    let lines = Set(said.split(separator: "\n").map(TutorialTests.form))
    let shown = tutorial.blocks.filter { $0.language == "text" }.flatMap(\.lines)
    #expect(shown.count > 5)
    for line in shown where line != "..." {
      #expect(lines.contains(TutorialTests.form(line)), "\(line)\n\(said)")
    }
    for path in tutorial.spans where path.hasPrefix("runs/") {
      #expect(FileManager.default.fileExists(atPath: "\(sandbox.folder)/\(path)"), "\(path)")
    }
  }

  /// Flags that prose speaks of are there.
  @Test func everyFlagIsThere() throws {
    let known = Set(CompletionPlace.all(of: Tool.root).flatMap(\.flags).map(\.name))
    for span in try Document.named("docs/tutorial.md").spans where span.hasPrefix("--") {
      #expect(known.contains(String(span.prefix { $0 != " " })), "\(span)")
    }
  }

  /// A line without what differs from run to run: numbers, how they are aligned, and where sets lie.
  private static func form(_ line: some StringProtocol) -> String {
    String(line).replacing(/\d[\d.,]*/, with: "#").replacing(/\s+/, with: " ")
      .replacing(#/\S+/mnist/#, with: "mnist")
  }
}
