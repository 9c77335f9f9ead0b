/// What is written once of an argument that stands by its place.
struct ArgumentDescription: Sendable {
  /// `SET`
  var name: String
  var abstract: String
  var form: ValueForm
  var isRequired: Bool
  /// Takes all that are left.
  var repeats: Bool

  /// As usage shows it: `SET`, `[SET]`, `SET...`.
  var usage: String {
    let name = repeats ? self.name + "..." : self.name
    return isRequired ? name : "[\(name)]"
  }
}

/// An argument of any type of value.
protocol AnyArgument: Sendable {
  var description: ArgumentDescription { get }
  func value(of words: [String]) throws(UsageError) -> any Sendable
}

/// An argument that stands by its place. `invocation[argument]` is its value.
struct Argument<Value: Sendable>: AnyArgument {
  let description: ArgumentDescription
  private let convert: @Sendable ([String]) throws(UsageError) -> Value

  func value(of words: [String]) throws(UsageError) -> any Sendable {
    Held(value: try convert(words))
  }

  private static func read<T>(
    _ word: String, _ type: ValueType<T>, _ name: String
  ) throws(UsageError) -> T {
    guard let value = type.read(word) else { throw misfit(word, type.form, name) }
    return value
  }

  /// One that must be there.
  init(_ name: String, _ type: ValueType<Value>, _ abstract: String) {
    description = ArgumentDescription(
      name: name, abstract: abstract, form: type.form, isRequired: true, repeats: false)
    convert = { words throws(UsageError) in
      guard let word = words.first else { throw UsageError(message: "\(name) is missing") }
      return try Self.read(word, type, name)
    }
  }

  /// One that may be absent.
  init<T>(optional name: String, _ type: ValueType<T>, _ abstract: String) where Value == T? {
    description = ArgumentDescription(
      name: name, abstract: abstract, form: type.form, isRequired: false, repeats: false)
    convert = { words throws(UsageError) in
      guard let word = words.first else { return nil }
      return try Self.read(word, type, name)
    }
  }

  /// All that are left.
  init<T>(
    repeated name: String, required: Bool = true, _ type: ValueType<T>, _ abstract: String
  ) where Value == [T] {
    description = ArgumentDescription(
      name: name, abstract: abstract, form: type.form, isRequired: required, repeats: true)
    convert = { words throws(UsageError) in
      if required, words.isEmpty { throw UsageError(message: "\(name) is missing") }
      var values: [T] = []
      for word in words { values.append(try Self.read(word, type, name)) }
      return values
    }
  }
}
