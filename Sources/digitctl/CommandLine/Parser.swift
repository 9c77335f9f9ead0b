/// Words into a command and what is asked of it.
struct Parser {
  let root: Command
  /// What an environment variable holds.
  let environment: (String) -> String?

  /// What the words mean, before their values are looked at.
  struct Parsed {
    var path: [String]
    var command: Command
    var words: [String: [String]] = [:]
    var positional: [String] = []
    var wantsHelp = false
  }

  func parse(_ arguments: [String]) throws(UsageError) -> Parsed {
    var rest = arguments[...]
    var parsed = Parsed(path: [], command: root)
    // Flags that every command has may stand before the command's name.
    var early: [String] = []
    while !parsed.command.subcommands.isEmpty, let word = rest.first {
      if let flag = parsed.command.flag(named: word), flag.name == CommonFlags.help.name {
        parsed.wantsHelp = true
        return parsed
      }
      if CommonFlags.all.contains(where: { $0.name == word || $0.description.short == word }) {
        early.append(word)
      } else if let next = parsed.command.subcommand(named: word) {
        parsed.command = next
        parsed.path.append(next.name)
      } else {
        throw unknownCommand(word, parsed)
      }
      rest = rest.dropFirst()
    }
    guard parsed.command.subcommands.isEmpty else { throw missingCommand(parsed) }
    try read(early + rest, into: &parsed)
    return parsed
  }

  private func read(_ words: [String], into parsed: inout Parsed) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        parsed.positional += rest
        return
      }
      guard word.hasPrefix("-"), word.count > 1 else {
        parsed.positional.append(word)
        continue
      }
      try readFlag(word, &rest, into: &parsed)
    }
  }

  private func readFlag(
    _ word: String, _ rest: inout ArraySlice<String>, into parsed: inout Parsed
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    var name = String(parts[0])
    var attached = parts.count == 2 ? String(parts[1]) : nil
    // -n5 and -qv: what follows a short flag is its value, or more short flags.
    if !name.hasPrefix("--"), name.count > 2, attached == nil {
      attached = String(name.dropFirst(2))
      name = String(name.prefix(2))
      if let flag = parsed.command.flag(named: name), !flag.description.takesValue {
        rest.insert("-" + (attached ?? ""), at: rest.startIndex)
        attached = nil
      }
    }
    guard let flag = parsed.command.flag(named: name) else { throw unknownFlag(word, parsed) }
    if flag.name == CommonFlags.help.name { parsed.wantsHelp = true }
    let value: String
    if let attached {
      value = attached
    } else if flag.description.takesValue {
      guard let next = rest.first, parsed.command.flag(named: next) == nil else {
        throw UsageError(message: "\(name) needs \(flag.description.form.expected)")
      }
      rest = rest.dropFirst()
      value = next
    } else {
      value = "yes"
    }
    parsed.words[flag.name, default: []].append(value)
  }

  /// Adds what the command line did not say: first from the environment, then from the file of `--config`.
  func complete(_ parsed: inout Parsed) throws {
    let flags = parsed.command.allFlags.filter { $0.name != CommonFlags.help.name }
    for flag in flags where parsed.words[flag.name] == nil {
      if let text = environment(flag.description.variable) {
        let words = flag.description.repeats ? text.split(separator: "\n").map(String.init) : [text]
        do { _ = try flag.value(of: words) } catch {
          throw UsageError(message: "\(flag.description.variable): \(error.message)")
        }
        parsed.words[flag.name] = words
      }
    }
    guard let path = parsed.words[CommonFlags.config.name]?.last else { return }
    for (name, words) in try ConfigurationFile.read(path, for: parsed.command)
    where parsed.words[name] == nil {
      parsed.words[name] = words
    }
  }

  // MARK: What does not fit

  private func unknownCommand(_ word: String, _ parsed: Parsed) -> UsageError {
    let names = parsed.command.subcommands.map(\.name)
    let what = word.hasPrefix("-") ? "flag" : "command"
    return UsageError(
      message: "there is no \(what) '\(word)'" + nearestMatch(word, in: names), path: parsed.path)
  }

  private func missingCommand(_ parsed: Parsed) -> UsageError {
    let names = parsed.command.subcommands.map(\.name).joined(separator: ", ")
    return UsageError(message: "a command is missing: one of \(names)", path: parsed.path)
  }

  private func unknownFlag(_ word: String, _ parsed: Parsed) -> UsageError {
    let names = parsed.command.allFlags.map(\.name)
    let name = String(word.prefix { $0 != "=" })
    return UsageError(
      message: "there is no flag '\(name)'" + nearestMatch(name, in: names), path: parsed.path)
  }
}
