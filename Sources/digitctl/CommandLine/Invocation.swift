/// A command with everything that was asked of it.
struct Invocation {
  /// `data get`
  let path: [String]
  let command: Command
  let console: Console
  private let values: [String: any Sendable]
  /// As they were found, for `--print-config`.
  let words: [String: [String]]
  private let positional: [String]

  init(
    path: [String], command: Command, console: Console, words: [String: [String]],
    positional: [String]
  ) throws(UsageError) {
    self.path = path
    self.command = command
    self.console = console
    self.words = words
    self.positional = positional
    var values: [String: any Sendable] = [:]
    for flag in command.allFlags { values[flag.name] = try flag.value(of: words[flag.name] ?? []) }
    var rest = positional[...]
    for argument in command.arguments {
      let count = argument.description.repeats ? rest.count : min(1, rest.count)
      values[argument.description.name] = try argument.value(of: Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    if let extra = rest.first {
      throw UsageError(
        message: "'\(extra)' is more than digitctl \(path.joined(separator: " ")) takes")
    }
    self.values = values
  }

  subscript<Value: Sendable>(flag: Flag<Value>) -> Value { value(flag.name) }
  subscript<Value: Sendable>(argument: Argument<Value>) -> Value {
    value(argument.description.name)
  }

  /// The same with flags that were not given taken from `more`: those of an earlier run.
  func completed(by more: [String: [String]]) throws(UsageError) -> Invocation {
    try Invocation(
      path: path, command: command, console: console,
      words: words.merging(more) { mine, _ in mine }, positional: positional)
  }

  /// The flags that were given, by whatever way, under the names that a configuration file has for them.
  var flagsGiven: [String: [String]] {
    var given: [String: [String]] = [:]
    for flag in command.flags { given[flag.description.key] = words[flag.name] }
    return given
  }

  /// As it can be typed again.
  var arguments: [String] {
    var arguments = path + positional
    for flag in command.flags {
      for word in words[flag.name] ?? [] {
        arguments += flag.description.takesValue ? [flag.name, word] : [flag.name]
      }
    }
    return arguments
  }

  /// Whether the flag was given, by whatever way.
  func isGiven<Value: Sendable>(_ flag: Flag<Value>) -> Bool { words[flag.name] != nil }

  /// Refuses two flags that ask for different things.
  func refuseBoth(_ one: Flag<Bool>, _ other: Flag<Bool>) throws(UsageError) {
    guard self[one], self[other] else { return }
    throw UsageError(message: "\(one.name) and \(other.name) exclude each other")
  }

  private func value<Value: Sendable>(_ name: String) -> Value {
    guard let held = values[name] as? Held<Value> else {
      preconditionFailure("\(name) is not described for \(path.joined(separator: " "))")
    }
    return held.value
  }
}
