/// What is written once of a flag, for parsing, help, completions and the man page.
struct FlagDescription: Sendable {
  /// With its dashes: `--seed`.
  var name: String
  /// `-s`
  var short: String?
  /// What stands for the value: `N`.
  var placeholder: String
  var abstract: String
  var form: ValueForm
  /// As it would be written; nil if there is none.
  var defaultText: String?
  /// May be given several times.
  var repeats = false

  /// The environment variable that gives it too.
  var variable: String { "DIGITCTL_" + key.uppercased().replacing("-", with: "_") }
  /// Its name in a configuration file.
  var key: String { String(name.dropFirst(2)) }
  var takesValue: Bool { form != .none }
}

/// A flag of any type of value.
protocol AnyFlag: Sendable {
  var description: FlagDescription { get }
  /// The value that these words give, in their order; with none its default.
  func value(of words: [String]) throws(UsageError) -> any Sendable
}

extension AnyFlag {
  var name: String { description.name }
}

/// A flag whose value has a type: `Flag("--seed", .seed, "N", default: 1, "what the order is drawn from")`.
/// `invocation[flag]` is its value.
struct Flag<Value: Sendable>: AnyFlag {
  let description: FlagDescription
  private let convert: @Sendable ([String]) throws(UsageError) -> Value

  func value(of words: [String]) throws(UsageError) -> any Sendable {
    Held(value: try convert(words))
  }

  /// A value with a default.
  init(
    _ name: String, short: String? = nil, _ type: ValueType<Value>, _ placeholder: String,
    default standard: Value, _ abstract: String
  ) {
    let description = FlagDescription(
      name: name, short: short, placeholder: placeholder, abstract: abstract, form: type.form,
      defaultText: "\(standard)")
    self.description = description
    convert = { words throws(UsageError) in
      guard let word = words.last else { return standard }
      return try Self.read(word, type, description)
    }
  }

  private static func read<T>(
    _ word: String, _ type: ValueType<T>, _ description: FlagDescription
  ) throws(UsageError) -> T {
    guard let value = type.read(word) else { throw misfit(word, type.form, description.name) }
    return value
  }
}

extension Flag {
  /// A value that may be absent.
  init<T>(
    _ name: String, short: String? = nil, _ type: ValueType<T>, _ placeholder: String,
    _ abstract: String
  ) where Value == T? {
    let description = FlagDescription(
      name: name, short: short, placeholder: placeholder, abstract: abstract, form: type.form)
    self.description = description
    convert = { words throws(UsageError) in
      guard let word = words.last else { return nil }
      return try Self.read(word, type, description)
    }
  }

  /// A value that may be given again and again.
  init<T>(
    repeated name: String, short: String? = nil, _ type: ValueType<T>, _ placeholder: String,
    _ abstract: String
  ) where Value == [T] {
    let description = FlagDescription(
      name: name, short: short, placeholder: placeholder, abstract: abstract, form: type.form,
      repeats: true)
    self.description = description
    convert = { words throws(UsageError) in
      var values: [T] = []
      for word in words { values.append(try Self.read(word, type, description)) }
      return values
    }
  }

  /// Given or not.
  init(_ name: String, short: String? = nil, _ abstract: String) where Value == Bool {
    let description = FlagDescription(
      name: name, short: short, placeholder: "", abstract: abstract, form: .none)
    self.description = description
    convert = { words throws(UsageError) in
      guard let word = words.last else { return false }
      return try Self.read(word, .yesOrNo, description)
    }
  }
}

/// Keeps a value's type while it travels among others; optionals would lose theirs.
struct Held<Value: Sendable>: Sendable {
  var value: Value
}
