/// A network's parameters: one flat block that all its plans share, with a table of names.
///
/// Numbers go in and out in PyTorch's layout; inside they are padded. One thread at a time.
public final class Parameters: @unchecked Sendable {
  /// The names, in the order of the network.
  public let table: [ParameterInfo]
  let block: Block
  private let places: [String: Int]

  /// The parameters of a model, all zero until they are initialised or written.
  public init(for model: Model) {
    table = model.parameters
    block = Block(bytes: model.parameterBytes)
    places = Dictionary(table.enumerated().map { ($1.name, $0) }) { first, _ in first }
    for (i, p) in table.enumerated() where p.kind == .constant { initialise(i, seed: 0) }
  }

  /// Draws first values: they depend on the seed and each parameter's name alone.
  public func initialise(seed: UInt64) {
    for i in table.indices { initialise(i, seed: seed) }
  }

  private func initialise(_ i: Int, seed: UInt64) {
    table[i].firstValues(seed: seed).withUnsafeBufferPointer {
      store($0, table[i], in: block.floats)
    }
  }

  /// The values of a parameter, in PyTorch's layout.
  public func values(of name: String) throws -> [Float] {
    let info = try info(name)
    return load(info, from: block.floats)
  }

  /// Sets a parameter, in PyTorch's layout.
  public func set(_ name: String, to values: [Float]) throws {
    try values.withUnsafeBufferPointer { try set(name, to: $0) }
  }

  func set(_ name: String, to values: UnsafeBufferPointer<Float>) throws {
    let info = try info(name)
    guard values.count == info.count else {
      throw GraphError(
        "parameter \"\(name)\": got \(values.count) values, needs \(info.count) (\(info.shape))")
    }
    store(values, info, in: block.floats)
  }

  /// What is known of a parameter.
  public func info(_ name: String) throws -> ParameterInfo {
    guard let i = places[name] else {
      throw GraphError(
        "there is no parameter \"\(name)\"\(nearest(name, in: table.map(\.name)))")
    }
    return table[i]
  }

  /// The whole block, padding and all: copies of it are exact, between plans of one model.
  public func withBlock<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
    try body(block.floats)
  }

  /// A second block with the same values.
  public func copy() -> Parameters {
    let other = Parameters(table: table, places: places, bytes: block.byteCount)
    other.block.copy(from: block)
    return other
  }

  private init(table: [ParameterInfo], places: [String: Int], bytes: Int) {
    self.table = table
    self.places = places
    block = Block(bytes: bytes)
  }
}

/// From the padded block to PyTorch's layout.
func load(_ info: ParameterInfo, from block: UnsafeMutableBufferPointer<Float>) -> [Float] {
  let first = info.offset / 4
  var values = [Float](repeating: 0, count: info.count)
  info.layout.forEachPlace { plain, stored in values[plain] = block[first + stored] }
  return values
}

/// From PyTorch's layout to the padded block.
func store(
  _ values: UnsafeBufferPointer<Float>, _ info: ParameterInfo,
  in block: UnsafeMutableBufferPointer<Float>
) {
  let first = info.offset / 4
  info.layout.forEachPlace { plain, stored in block[first + stored] = values[plain] }
}
