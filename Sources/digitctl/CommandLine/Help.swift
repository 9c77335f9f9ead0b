import DigitKit

/// The text of `--help`.
enum Help {
  static func text(of command: Command, _ path: [String]) -> String {
    let name = (["digitctl"] + path).joined(separator: " ")
    var parts: [String] = [path.isEmpty ? "\(name): \(command.abstract)" : command.abstract]
    parts.append("usage: " + usage(of: command, name))
    if !command.examples.isEmpty {
      parts.append(
        "examples:\n" + table(command.examples.map { ("digitctl " + $0.line, $0.meaning) }))
    }
    if !command.subcommands.isEmpty {
      parts.append("commands:\n" + table(command.subcommands.map { ($0.name, $0.abstract) }))
    }
    if !command.arguments.isEmpty {
      parts.append(
        "arguments:\n"
          + table(command.arguments.map { ($0.description.usage, $0.description.abstract) }))
    }
    parts.append("flags:\n" + table(command.allFlags.map { row($0.description) }))
    parts += command.discussion.map { wrapped($0, width: 80) }
    if !command.subcommands.isEmpty { parts.append("\(name) <command> --help says more.") }
    if path.isEmpty { parts.append(wrapped(variables, width: 80)) }
    return parts.joined(separator: "\n\n")
  }

  /// What help and the man page say of the environment.
  static let variables =
    "Flags can come from the environment too: --seed from DIGITCTL_SEED, --skip-bad from DIGITCTL_SKIP_BAD=1. "
    + "The command line comes first, then the environment, then the file of --config."

  /// `digitctl data get [flags] SET...`
  static func usage(of command: Command, _ name: String) -> String {
    let rest =
      command.subcommands.isEmpty
      ? ["[flags]"] + command.arguments.map(\.description.usage) : ["<command>"]
    return ([name] + rest).joined(separator: " ")
  }

  /// `-o, --out FILE`
  static func label(_ flag: FlagDescription) -> String {
    let short = flag.short.map { $0 + ", " } ?? ""
    let value = flag.takesValue ? " \(flag.placeholder)" + (flag.repeats ? "..." : "") : ""
    return short + flag.name + value
  }

  /// What is said of a flag behind its label.
  static func explanation(_ flag: FlagDescription) -> String {
    var notes: [String] = []
    if case .choice(let words) = flag.form { notes.append(words.joined(separator: ", ")) }
    if let text = flag.defaultText { notes.append("default: \(text)") }
    return flag.abstract + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  private static func row(_ flag: FlagDescription) -> (String, String) {
    ((flag.short == nil ? "    " : "") + label(flag), explanation(flag))
  }

  private static func table(_ rows: [(String, String)]) -> String {
    // A very long label stands on a line of its own rather than pushing all others to the right.
    let width = min(30, rows.map(\.0.count).max() ?? 0) + 2
    return rows.map { label, text in
      let lines = wrapped(text, width: 98 - width).split(separator: "\n")
      let behind = lines.joined(separator: "\n" + String(repeating: " ", count: width + 2))
      let gap = label.count + 2 > width ? "\n" + String(repeating: " ", count: width + 2) : ""
      return "  " + padded(label, gap.isEmpty ? width : 0) + gap + behind
    }.joined(separator: "\n")
  }

  /// Lines of at most `width` characters, broken between words.
  static func wrapped(_ text: String, width: Int) -> String {
    text.lines(within: width).joined(separator: "\n")
  }
}
