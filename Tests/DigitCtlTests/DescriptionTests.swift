import Foundation
import Testing

@testable import digitctl

/// What comes from the description of the command line: it must hold for every command there is.
@Suite struct DescriptionTests {
  private static let places = CompletionPlace.all(of: Tool.root)

  @Test func everyCommandHasItsHelp() {
    for place in DescriptionTests.places where !place.at.isEmpty {
      let path = place.at.split(separator: "/").map(String.init)
      let (code, out, err) = run(path + ["--help"])
      #expect(code == .done)
      #expect(err.isEmpty)
      #expect(out.contains("usage: digitctl \(path.joined(separator: " "))"))
      for flag in place.flags { #expect(out.contains(flag.name), "\(place.at) \(flag.name)") }
      for line in out.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
      #expect(run(["help"] + path).out == out)
    }
  }

  /// Examples are commands that parse, not prose.
  @Test func everyExampleParses() throws {
    for place in DescriptionTests.places {
      for example in place.command.examples {
        let words = example.line.split { "|>".contains($0) }[0].split(separator: " ").map(
          String.init)
        let parser = Parser(root: Tool.root, environment: { _ in nil })
        let parsed = try parser.parse(words)
        #expect(throws: Never.self, "digitctl \(example.line)") {
          try Invocation(
            path: parsed.path, command: parsed.command,
            console: Console(out: { _ in }, err: { _ in }), words: parsed.words,
            positional: parsed.positional)
        }
      }
    }
  }

  @Test func namesAreUniqueAndDefaultsFit() throws {
    for place in DescriptionTests.places {
      let names = place.flags.map(\.name) + place.flags.compactMap(\.short)
      #expect(Set(names).count == names.count, "\(place.at) \(names)")
      for flag in place.flags {
        #expect(flag.name.hasPrefix("--"))
        #expect(!flag.abstract.isEmpty && !flag.abstract.hasSuffix("."))
      }
      for flag in place.command.allFlags {
        guard let text = flag.description.defaultText else { continue }
        #expect(throws: Never.self, "\(place.at) \(flag.name)") { try flag.value(of: [text]) }
      }
      #expect(Set(place.command.subcommands.map(\.name)).count == place.command.subcommands.count)
    }
  }

  @Test func helpIsWrittenAsExpected() {
    #expect(
      run(["version", "--help"]).out == """
        Print the version.

        usage: digitctl version [flags]

        flags:
          -q, --quiet    no progress and no notes, errors alone
          -v, --verbose  say more of what is done
          -h, --help     show this text and end

        """)
  }

  // MARK: Completions, as the shells themselves see them

  private func complete(_ words: [String], in sandbox: Sandbox) throws -> Set<String> {
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let ended = try sandbox.shell(
      "source <(digitctl completions bash); COMP_WORDS=(digitctl \(list)); COMP_CWORD=\(words.count); "
        + "_digitctl; printf '%s\\n' \"${COMPREPLY[@]}\"")
    #expect(ended.status == 0)
    #expect(ended.err.isEmpty, "\(ended.err)")
    return Set(ended.out.split(separator: "\n").map(String.init))
  }

  @Test func bashCompletes() throws {
    let sandbox = try Sandbox()
    #expect(try complete([""], in: sandbox) == Set(Tool.commands.map(\.name)))
    #expect(try complete(["do"], in: sandbox) == ["doctor"])
    #expect(try complete(["data", "g"], in: sandbox) == ["get"])
    #expect(try complete(["data", "get", "m"], in: sandbox) == ["mnist"])
    #expect(try complete(["data", "get", "--for"], in: sandbox) == ["--force"])
    #expect(try complete(["data", "convert", "--form", ""], in: sandbox) == ["idx", "npz", "png"])
    #expect(
      try complete(["-q", "data", "convert", "--force", "--form", "n"], in: sandbox) == ["npz"])
    #expect(try complete(["completions", "z"], in: sandbox) == ["zsh"])
  }

  private static func has(_ program: String) -> Bool {
    ["/usr/bin/", "/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"].contains {
      FileManager.default.isExecutableFile(atPath: $0 + program)
    }
  }

  @Test(arguments: [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
  func shellsAcceptTheirCompletions(_ shell: String, _ check: String) throws {
    let (code, out, _) = run(["completions", shell])
    #expect(code == .done)
    for place in DescriptionTests.places where !place.at.isEmpty { #expect(out.contains(place.at)) }
    guard DescriptionTests.has(shell) else { return }
    let sandbox = try Sandbox()
    try sandbox.write(out, "completions")
    let ended = try sandbox.shell("\(shell) \(check) completions")
    #expect(ended.status == 0 && ended.err.isEmpty, "\(ended.err)")
  }

  @Test func manPageHoldsEverything() {
    let (code, out, _) = run(["man"])
    #expect(code == .done)
    for place in DescriptionTests.places where place.command.subcommands.isEmpty {
      let path = place.at.split(separator: "/").joined(separator: " ")
      #expect(out.contains(".SS digitctl \(path)"), "\(path)")
      for flag in place.flags {
        #expect(out.contains(flag.name.replacing("-", with: #"\-"#)), "\(flag.name)")
      }
    }
    for section in ["NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"] {
      #expect(out.contains(".SH \(section)\n"))
    }
  }

  @Test(.enabled(if: has("groff")))
  func groffAcceptsTheManPage() throws {
    let ended = try Sandbox().shell("digitctl man | groff -man -Tutf8 -ww >/dev/null")
    #expect(ended.status == 0)
    #expect(ended.err.isEmpty, "\(ended.err)")
  }
}
