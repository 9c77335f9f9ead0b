import Testing

@testable import digitctl

/// Command lines of the documents are understood by the parser that reads them from users.
@Suite struct CommandExampleTests {
  private let parser = Parser(root: Tool.root, environment: { _ in nil })

  @Test(arguments: Document.all) func linesInBlocksParse(_ document: Document) throws {
    for words in try ShellLines.calls(of: document.commandLines) {
      #expect(throws: Never.self, "\(document.name): digitctl \(words.joined(separator: " "))") {
        let parsed = try parser.parse(words)
        guard !parsed.wantsHelp else { return }
        _ = try Invocation(
          path: parsed.path, command: parsed.command,
          console: Console(out: { _ in }, err: { _ in }),
          words: parsed.words, positional: parsed.positional)
      }
    }
  }

  /// In prose a command may be named without what it needs, or a group of them; what is there must exist.
  @Test(arguments: Document.all) func commandsInProseExist(_ document: Document) throws {
    let spans = document.spans.filter { $0.hasPrefix("digitctl ") && !$0.hasSuffix(" --help") }
    for words in try ShellLines.calls(of: spans.map { String($0.prefix { $0 != "|" }) }) {
      #expect(throws: Never.self, "\(document.name): digitctl \(words.joined(separator: " "))") {
        do {
          _ = try parser.parse(words)
        } catch let error as UsageError where error.path == words {
          // A group by itself.
        }
      }
    }
  }

  @Test func theDocumentsHaveCommands() throws {
    #expect(try ShellLines.calls(of: Document.named("README.md").commandLines).count >= 10)
    #expect(
      try ShellLines.calls(of: ["digitctl a 'b c' runs/* # d", "CK_ISA=x digitctl | digitctl f"])
        .sorted { $0.count > $1.count } == [["a", "b c", "runs/*"], ["f"], []])
  }
}

extension Document {
  /// The lines of its blocks that call the program.
  var commandLines: [String] {
    blocks.filter { ["", "sh"].contains($0.language) }.flatMap(\.lines).filter {
      $0.firstMatch(of: #/^ *([A-Z_]+=\S* )*digitctl /#) != nil
    }
  }
}

/// Lines for a shell, read by one.
enum ShellLines {
  /// The words of each call of `digitctl`, with nothing done. Patterns stay as they are. A call is written at once: those of
  /// a pipeline run side by side.
  static func calls(of lines: [String]) throws -> [[String]] {
    guard !lines.isEmpty else { return [] }
    let sandbox = try Sandbox()
    let ended = try sandbox.shell(
      #"set -f; digitctl() { printf '%s\n' "$(printf '%s\x1f' "$@")" >>calls; };"# + "\n"
        + lines.joined(separator: "\n"))
    #expect(ended.status == 0 && ended.err.isEmpty, "\(ended.err)")
    return try sandbox.text("calls").split(separator: "\n").map { call in
      call.split(separator: "\u{1f}").map(String.init)
    }
  }
}
