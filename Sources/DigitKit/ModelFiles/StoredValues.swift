// The values of layers as entries of an architecture file.

extension LayerFields {
  // MARK: Padding

  mutating func add(_ name: String, _ padding: Padding) {
    switch padding {
    case .valid: break
    case .same: entries.append((name, .string("same")))
    case .pixels(let rows, let columns): add(name, Extent(rows, columns))
    }
  }

  mutating func padding() throws -> Padding {
    switch peek("padding") {
    case "same"?:
      _ = take("padding")
      return .same
    case "valid"?:
      _ = take("padding")
      return .valid
    default:
      guard let pixels = try optionalExtent("padding") else { return .valid }
      return .pixels(pixels.height, pixels.width)
    }
  }

  mutating func optionalExtent(_ name: String) throws -> Extent? {
    entries.contains { $0.name == name } ? try extent(name) : nil
  }

  func peekNumber(_ name: String) -> Bool { entries.contains { $0.name == name } }

  // MARK: Activations

  private static let activations: [(name: String, value: Activation)] = [
    ("relu", .relu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("gelu", .gelu), ("silu", .silu),
    ("softmax", .softmax),
  ]

  mutating func add(_ activation: Activation?) {
    guard let activation else { return }
    if case .leakyReLU(let slope) = activation {
      add("activation", "leaky_relu")
      add("slope", slope, unless: 0.01)
    } else {
      add("activation", Self.activations.first { $0.value == activation }?.name)
    }
  }

  mutating func activation() throws -> Activation? {
    guard let name = try string("activation") else { return nil }
    if name == "leaky_relu" { return .leakyReLU(slope: try float("slope", or: 0.01)) }
    guard let known = Self.activations.first(where: { $0.name == name }) else {
      let names = Self.activations.map(\.name) + ["leaky_relu"]
      throw GraphError(
        "layer \"\(layer)\": there is no activation \"\(name)\"\(nearest(name, in: names))")
    }
    return known.value
  }

  // MARK: First values

  private static let initialisers: [(name: String, value: Initialiser)] = [
    ("usual", .usual), ("glorot_uniform", .glorotUniform), ("glorot_normal", .glorotNormal),
    ("he_uniform", .heUniform), ("he_normal", .heNormal), ("orthogonal", .orthogonal()),
    ("zeros", .zeros),
  ]

  mutating func add(_ initialiser: Initialiser) {
    switch initialiser {
    case .usual, .values: break  // given numbers belong to a file of weights
    case .constant(let value): add("initialiser_constant", value)
    case .orthogonal(let gain):
      add("initialiser", "orthogonal")
      add("gain", gain, unless: 1)
    default: add("initialiser", Self.initialisers.first { $0.value == initialiser }?.name)
    }
  }

  mutating func initialiser() throws -> Initialiser {
    if peekNumber("initialiser_constant") { return .constant(try float("initialiser_constant")) }
    guard let name = try string("initialiser") else { return .usual }
    if name == "orthogonal" { return .orthogonal(gain: try float("gain", or: 1)) }
    guard let known = Self.initialisers.first(where: { $0.name == name }) else {
      let names = Self.initialisers.map(\.name)
      throw GraphError(
        "layer \"\(layer)\": there is no initialiser \"\(name)\"\(nearest(name, in: names))")
    }
    return known.value
  }
}

// MARK: Inputs and heads

extension Input {
  var fields: LayerFields {
    let usual = Input(height, width, channels: channels, type: type)
    var f = LayerFields()
    f.add("type", "Input")
    f.add("name", name)
    f.add("height", height)
    f.add("width", width)
    f.add("channels", channels, unless: 1)
    if type == .floats { f.add("numbers", "floats") }
    if isResized { f.add("source", Extent(sourceHeight, sourceWidth)) }
    f.add("scale", scale, unless: usual.scale)
    f.add("shift", shift, unless: usual.shift)
    return f
  }

  init(_ f: inout LayerFields) throws {
    let numbers = try f.string("numbers") ?? "bytes"
    guard ["bytes", "floats"].contains(numbers) else {
      throw f.wrong("numbers", .string(numbers), "bytes or floats")
    }
    self.init(
      try f.int("height"), try f.int("width"), channels: try f.int("channels", or: 1),
      name: try f.string("name") ?? "input", type: numbers == "bytes" ? .bytes : .floats,
      scale: try f.floats("scale"), shift: try f.floats("shift"),
      source: try f.optionalExtent("source"))
  }
}

extension Head {
  func fields(input: String) -> LayerFields {
    var f = LayerFields()
    f.add("name", name)
    f.add("input", input)
    switch loss {
    case nil: break
    case .crossEntropy(let smoothing, let weights, let ignored):
      f.add("loss", "cross_entropy")
      f.add("smoothing", smoothing, unless: 0)
      if let weights { f.add("class_weights", weights, unless: []) }
      if let ignored { f.add("ignoring", Int(ignored)) }
    case .softCrossEntropy(let smoothing):
      f.add("loss", "soft_cross_entropy")
      f.add("smoothing", smoothing, unless: 0)
    case .some(let loss): f.add("loss", Loss.plainNames.first { $0.value == loss }?.name)
    }
    if target != loss?.usualTarget ?? "labels" { f.add("target", target) }
    f.add("weight", weight, unless: 1)
    return f
  }
}

extension Loss {
  static let plainNames: [(name: String, value: Loss)] = [
    ("mean_squared_error", .meanSquaredError),
    ("root_mean_squared_error", .rootMeanSquaredError),
    ("mean_absolute_error", .meanAbsoluteError),
    ("binary_cross_entropy", .binaryCrossEntropy),
  ]

  /// Nil where a head has none.
  init?(_ f: inout LayerFields) throws {
    switch try f.string("loss") {
    case nil: return nil
    case "cross_entropy"?:
      self = .crossEntropy(
        smoothing: try f.float("smoothing", or: 0), classWeights: try f.floats("class_weights"),
        ignoring: f.peekNumber("ignoring") ? Int32(clamping: try f.int("ignoring")) : nil)
    case "soft_cross_entropy"?:
      self = .softCrossEntropy(smoothing: try f.float("smoothing", or: 0))
    case let name?:
      guard let known = Self.plainNames.first(where: { $0.name == name }) else {
        let names = ["cross_entropy", "soft_cross_entropy"] + Self.plainNames.map(\.name)
        throw GraphError(
          "head \"\(f.layer)\": there is no loss \"\(name)\"\(nearest(name, in: names))")
      }
      self = known.value
    }
  }
}
