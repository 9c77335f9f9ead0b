/// What a layer says of itself in a file: names and values, in order.
public struct LayerFields: Sendable {
  var entries: [(name: String, value: JSONValue)] = []
  /// The layer, for messages.
  var layer = ""

  init() {}

  /// The entries of an object.
  init(_ value: JSONValue, layer: String) {
    if case .object(let entries) = value { self.entries = entries }
    self.layer = layer
  }

  /// On one line.
  var text: String { JSONValue.object(entries.map { ($0.name, $0.value) }).text }

  /// Nothing may be left: an entry that no layer knows is a mistake.
  func finish() throws {
    guard let entry = entries.first else { return }
    throw GraphError("layer \"\(layer)\": has no \"\(entry.name)\"")
  }

  /// Adds a value, unless it is the usual one.
  mutating func add(_ name: String, _ value: Int, unless usual: Int? = nil) {
    if value != usual { entries.append((name, .number(Double(value)))) }
  }
  mutating func add(_ name: String, _ value: Float, unless usual: Float? = nil) {
    // Through text, so that 0.1 is written as 0.1 and not as the double it is near to.
    if value != usual { entries.append((name, .number(Double("\(value)") ?? Double(value)))) }
  }
  mutating func add(_ name: String, _ value: Bool, unless usual: Bool) {
    if value != usual { entries.append((name, .bool(value))) }
  }
  mutating func add(_ name: String, _ value: String?) {
    if let value { entries.append((name, .string(value))) }
  }
  mutating func add(_ name: String, _ value: Extent, unless usual: Extent? = nil) {
    guard value != usual else { return }
    let side = JSONValue.number(Double(value.height))
    entries.append(
      (
        name,
        value.height == value.width ? side : .array([side, .number(Double(value.width))])
      ))
  }

  /// Takes a value out; nil where there is none.
  mutating func take(_ name: String) -> JSONValue? {
    guard let i = entries.firstIndex(where: { $0.name == name }) else { return nil }
    return entries.remove(at: i).value
  }
  mutating func int(_ name: String, or usual: Int? = nil) throws -> Int {
    guard let value = take(name) else { return try require(usual, name, "a whole number") }
    guard case .number(let number) = value, let int = Int(exactly: number) else {
      throw wrong(name, value, "a whole number")
    }
    return int
  }
  mutating func float(_ name: String, or usual: Float? = nil) throws -> Float {
    guard let value = take(name) else { return try require(usual, name, "a number") }
    guard case .number(let number) = value else { throw wrong(name, value, "a number") }
    return Float(number)
  }
  mutating func bool(_ name: String, or usual: Bool) throws -> Bool {
    guard let value = take(name) else { return usual }
    guard case .bool(let bool) = value else { throw wrong(name, value, "true or false") }
    return bool
  }
  mutating func string(_ name: String) throws -> String? {
    guard let value = take(name) else { return nil }
    guard case .string(let string) = value else { throw wrong(name, value, "a text") }
    return string
  }
  mutating func extent(_ name: String, or usual: Extent? = nil) throws -> Extent {
    guard let value = take(name) else { return try require(usual, name, "a size") }
    if case .number(let side) = value, let side = Int(exactly: side) { return Extent(side) }
    if case .array(let pair) = value, pair.count == 2, case .number(let h) = pair[0],
      case .number(let w) = pair[1], let height = Int(exactly: h), let width = Int(exactly: w)
    {
      return Extent(height, width)
    }
    throw wrong(name, value, "a number or two: 3 or [3, 5]")
  }

  /// A text that stays where it is.
  func peek(_ name: String) -> String? {
    if case .string(let text)? = entries.first(where: { $0.name == name })?.value {
      text
    } else {
      nil
    }
  }
  mutating func strings(_ name: String) throws -> [String]? {
    guard let value = take(name) else { return nil }
    guard case .array(let list) = value else { throw wrong(name, value, "a list of names") }
    return try list.map {
      guard case .string(let text) = $0 else { throw wrong(name, $0, "a name") }
      return text
    }
  }
  mutating func floats(_ name: String) throws -> [Float]? {
    guard let value = take(name) else { return nil }
    guard case .array(let list) = value else { throw wrong(name, value, "a list of numbers") }
    return try list.map {
      guard case .number(let number) = $0 else { throw wrong(name, $0, "a number") }
      return Float(number)
    }
  }
  mutating func objects(_ name: String) throws -> [JSONValue] {
    guard let value = take(name) else { return try require(nil, name, "a list") }
    guard case .array(let list) = value else { throw wrong(name, value, "a list") }
    return list
  }
  mutating func add(_ name: String, _ values: [Float], unless usual: [Float]) {
    guard values != usual else { return }
    entries.append((name, .array(values.map { .number(Double("\($0)") ?? Double($0)) })))
  }

  private func require<T>(_ usual: T?, _ name: String, _ what: String) throws -> T {
    guard let usual else { throw GraphError("layer \"\(layer)\": needs \"\(name)\", \(what)") }
    return usual
  }
  func wrong(_ name: String, _ found: JSONValue, _ what: String) -> GraphError {
    GraphError("layer \"\(layer)\": \"\(name)\": got \(found.text), needs \(what)")
  }
}
