/// One command, or a group of them: everything that parsing, help, completions and the man page say of it.
struct Command: Sendable {
  var name: String
  /// One line: what it does.
  var abstract: String
  /// Paragraphs that help and the man page add.
  var discussion: [String] = []
  var arguments: [any AnyArgument] = []
  var flags: [any AnyFlag] = []
  var examples: [Example] = []
  /// Whether `--config` and `--print-config` give and show its flags.
  var takesConfiguration = false
  var subcommands: [Command] = []
  var run: @Sendable (Invocation) throws -> ExitCode = { _ in .done }

  /// A line to type, without `digitctl`, and what it does.
  struct Example: Sendable {
    var line: String
    var meaning: String

    init(_ line: String, _ meaning: String) {
      self.line = line
      self.meaning = meaning
    }
  }

  /// Its own flags and those that every command has.
  var allFlags: [any AnyFlag] {
    flags + (takesConfiguration ? [CommonFlags.config, CommonFlags.printConfig] : [])
      + (subcommands.isEmpty ? CommonFlags.all : [CommonFlags.help])
  }

  func flag(named word: String) -> (any AnyFlag)? {
    allFlags.first { $0.description.name == word || $0.description.short == word }
  }

  func subcommand(named word: String) -> Command? { subcommands.first { $0.name == word } }

  /// Visits this command and all below it, each with the words that lead to it.
  func visit(_ path: [String], _ body: (Command, [String]) -> Void) {
    body(self, path)
    for command in subcommands { command.visit(path + [command.name], body) }
  }
}

/// What every command understands.
enum CommonFlags {
  static let help = Flag("--help", short: "-h", "show this text and end")
  static let quiet = Flag("--quiet", short: "-q", "no progress and no notes, errors alone")
  static let verbose = Flag("--verbose", short: "-v", "say more of what is done")
  static let config = Flag(
    "--config", .file, "FILE", "take flags from a JSON file; those given here come first")
  static let printConfig = Flag(
    "--print-config", "show all flags as such a JSON file, and end")

  static let all: [any AnyFlag] = [quiet, verbose, help]
}
