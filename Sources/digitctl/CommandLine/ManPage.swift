/// The manual page, in roff.
enum ManPage {
  static func text(of root: Command, version: String) -> String {
    var lines = [
      #".TH DIGITCTL 1 "" "DigitKit \#(version)" "User Commands""#,
      ".SH NAME",
      #"digitctl \- \#(escaped(root.abstract))"#,
      ".SH SYNOPSIS",
      #".B digitctl"#,
      #"\fIcommand\fR [\fIflags\fR] [\fIarguments\fR]"#,
      ".SH COMMANDS",
    ]
    root.visit([]) { command, path in
      if !path.isEmpty, command.subcommands.isEmpty { lines += section(of: command, path) }
    }
    lines.append(".SH COMMON FLAGS")
    for flag in CommonFlags.all { lines += entry(flag.description) }
    lines += [".SH ENVIRONMENT", escaped(Help.variables)]
    for (name, meaning) in environment { lines += [".TP", ".B \(name)", escaped(meaning)] }
    lines.append(".SH EXIT STATUS")
    for (code, meaning) in exitCodes { lines += [".TP", ".B \(code)", escaped(meaning)] }
    lines.append(".SH EXAMPLES")
    root.visit([]) { command, _ in lines += command.examples.flatMap(example) }
    return lines.joined(separator: "\n")
  }

  private static let environment = [
    ("DIGITKIT_DATA", "the folder of data sets; without it $XDG_DATA_HOME/digitkit"),
    ("NO_COLOR", "if set and not empty, no colours"),
    ("CK_ISA", "forces an instruction set: ref, base, avx2, avx512 or neon"),
  ]

  private static let exitCodes: [(Int32, String)] = [
    (ExitCode.done.rawValue, "done"),
    (ExitCode.failed.rawValue, "failed: a result could not be made or written"),
    (ExitCode.wrongUsage.rawValue, "wrong usage"),
    (ExitCode.unreadableInput.rawValue, "input unreadable or malformed"),
    (ExitCode.unsure.rawValue, "unsure, under --strict"),
    (ExitCode.interrupted.rawValue, "interrupted"),
  ]

  private static func section(of command: Command, _ path: [String]) -> [String] {
    let name = (["digitctl"] + path).joined(separator: " ")
    var lines = [".SS " + escaped(Help.usage(of: command, name)), escaped(command.abstract)]
    for argument in command.arguments {
      let about = argument.description
      lines += [".TP", ".I " + escaped(about.usage), escaped(about.abstract)]
    }
    let common = Set(CommonFlags.all.map(\.name))
    for flag in command.allFlags where !common.contains(flag.name) {
      lines += entry(flag.description)
    }
    for paragraph in command.discussion { lines += [".PP", escaped(paragraph)] }
    return lines
  }

  private static func entry(_ flag: FlagDescription) -> [String] {
    [".TP", ".B " + escaped(Help.label(flag)), escaped(Help.explanation(flag))]
  }

  private static func example(_ example: Command.Example) -> [String] {
    [".TP", ".B digitctl " + escaped(example.line), escaped(example.meaning)]
  }

  /// A backslash begins a command of roff, a point or quote does so at the beginning of a line, and a bare
  /// hyphen would be typeset as one that cannot be pasted into a shell.
  private static func escaped(_ text: String) -> String {
    let text = text.replacing("\\", with: #"\e"#).replacing("-", with: #"\-"#)
    return text.hasPrefix(".") || text.hasPrefix("'") ? #"\&"# + text : text
  }
}
