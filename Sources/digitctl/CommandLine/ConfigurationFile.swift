import DigitKit

/// Flags as a JSON object: `{"seed": 7, "augment": "rotate=10", "force": true}`, or a run's `config.json`, which has
/// them as its `flags`.
enum ConfigurationFile {
  /// The words that each flag of the file would have on the command line.
  static func read(_ path: String, for command: Command) throws -> [String: [String]] {
    var words: [String: [String]] = [:]
    for (key, value) in try flags(path) {
      let known = fileFlags(of: command)
      guard let flag = known.first(where: { $0.description.key == key }) else {
        throw InputError(
          message: "\(path): there is no flag \"\(key)\""
            + nearestMatch(key, in: known.map(\.description.key)))
      }
      guard let found = texts(of: value) else { continue }
      do { _ = try flag.value(of: found) } catch {
        throw InputError(message: "\(path): \(error.message)")
      }
      guard found.count == 1 || flag.description.repeats else {
        throw InputError(message: "\(path): \"\(key)\" takes one value, not \(found.count)")
      }
      words[flag.name] = found
    }
    return words
  }

  private static func flags(_ path: String) throws -> [(String, JSONValue)] {
    let entries = try JSONValue.fields(ofFile: path)
    guard case .object(let flags)? = entries.first(where: { $0.0 == "flags" })?.1 else {
      return entries
    }
    return flags
  }

  /// All flags of an invocation, given or not, as such a file.
  static func text(of invocation: Invocation) -> String {
    let lines = fileFlags(of: invocation.command).map { flag in
      let value = json(flag.description, invocation.words[flag.name] ?? [])
      return "  \(JSONValue.string(flag.description.key).text): \(value.text)"
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}"
  }

  private static func fileFlags(of command: Command) -> [any AnyFlag] { command.flags }

  /// Nil for null, which leaves the default.
  private static func texts(of value: JSONValue) -> [String]? {
    switch value {
    case .null: nil
    case .array(let values): values.compactMap { texts(of: $0)?.first }
    case .string(let text): [text]
    case .bool(let value): [value ? "yes" : "no"]
    case .number, .object: [value.text]
    }
  }

  private static func json(_ flag: FlagDescription, _ words: [String]) -> JSONValue {
    func one(_ word: String) -> JSONValue {
      switch flag.form {
      case .none: .bool(ValueType.yesOrNo.read(word) ?? false)
      case .whole, .number: Double(word).map { .number($0) } ?? .string(word)
      default: .string(word)
      }
    }
    if flag.repeats { return .array(words.map(one)) }
    if let word = words.last ?? flag.defaultText { return one(word) }
    return flag.takesValue ? .null : .bool(false)
  }
}
