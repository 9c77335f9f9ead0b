/// A network while it is described as a graph: inputs, layers called like functions, heads.
///
///     let model = try Model(name: "two heads") { net in
///       let x = try net.input(Input(28, 28))
///       let h = try Flatten()(x)
///       try net.head(Dense(units: 10)(h), loss: .crossEntropy(), name: "digit", target: "digits")
///       try net.head(Dense(units: 1)(h), loss: .binaryCrossEntropy, name: "odd", target: "parity")
///     }
public final class Network: @unchecked Sendable {
  private(set) var graph = Graph()
  private(set) var inputs: [Input] = []
  private(set) var records: [LayerRecord] = []
  private(set) var heads: [Head] = []
  private var names: Set<String> = []
  private var scope: [String] = []
  private var randomNumbers: Int32 = 0
  /// Layer names whose parameters another layer uses as its own.
  private var parameterPlaces: [String: Int] = [:]

  init() {}

  // MARK: Inputs and heads

  /// Pictures from the array `input.name`.
  public func input(_ input: Input = Input()) throws -> Value {
    try input.check()
    let name = try free(input.name, exactly: true)
    inputs.append(input)
    let operation = InputOperation(input: input, augmentation: nil, number: nextRandomNumber())
    let id = try graph.append(operation, name: name, inputs: [])
    records.append(
      LayerRecord(name: name, layer: nil, input: input, inputs: [], output: id, firstNode: id))
    return value(id)
  }

  /// What the network is trained for, or gives: a value, its loss, and the array of its labels or
  /// targets. Several heads have names and targets of their own.
  public func head(
    _ value: Value, loss: Loss?, name: String = "output", target: String? = nil,
    weight: Float = 1
  ) throws {
    guard value.network === self else { throw GraphError("head \"\(name)\": of another network") }
    guard !heads.contains(where: { $0.name == name }) else {
      throw GraphError("head \"\(name)\": there is one of this name; give each head its own")
    }
    guard weight.isFinite, weight > 0 else {
      throw GraphError("head \"\(name)\": got weight \(weight), needs a number above 0")
    }
    var head = Head(
      name: name, node: value.id, loss: loss, weight: weight,
      target: target ?? loss?.usualTarget ?? "labels")
    try head.prepare(graph)
    heads.append(head)
  }

  // MARK: Layers

  /// Adds any layer.
  func add(_ layer: any Layer, to inputs: [Value]) throws -> Value {
    guard records.count < 2048 else { throw GraphError("a network has at most 2048 layers") }
    return try layer.apply(to: inputs, in: self)
  }

  func addNamed(_ layer: any NamedLayer, to inputs: [Value]) throws -> Value {
    let kind = type(of: layer)
    let name = try free(layer.name ?? kind.usualName, exactly: layer.name != nil)
    guard kind.inputCount.contains(inputs.count) else {
      throw GraphError(
        layer: name, got: "\(inputs.count) inputs",
        needs: "\(kind.inputCount.lowerBound)"
          + (kind.inputCount.count > 1 ? " to \(kind.inputCount.upperBound)" : ""),
        remedy: "call it like \(kind.kind)(...)(x)")
    }
    let first = graph.nodes.count
    let result = try layer.build(inputs, name: name, in: self)
    records.append(
      LayerRecord(
        name: name, layer: layer, input: nil, inputs: inputs.map(\.id), output: result.id,
        firstNode: first))
    return result
  }

  /// Names of what is described inside `body` begin with `name` and a dot.
  func inside<R>(_ name: String?, _ body: () throws -> R) rethrows -> R {
    guard let name else { return try body() }
    scope.append(name)
    defer { scope.removeLast() }
    return try body()
  }

  /// A name nobody has: the one given, or the first of `conv1`, `conv2`, ...
  private func free(_ wish: String, exactly: Bool) throws -> String {
    let prefix = scope.map { $0 + "." }.joined()
    var name = prefix + wish
    if !exactly {
      var number = 1
      while names.contains(name + "\(number)") { number += 1 }
      name += "\(number)"
    }
    guard name.utf8.count <= 44, !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw GraphError(
        "layer \"\(name.prefix(64))\": its name needs 1 to 44 plain letters without spaces")
    }
    guard names.insert(name).inserted else {
      throw GraphError(
        "layer \"\(name)\": there are two of this name; give each its own, or leave names out")
    }
    return name
  }

  // MARK: For layers

  func append(
    _ operation: any Operation, name: String, inputs: [Value], parameters: [Int] = []
  ) throws -> Value {
    for input in inputs where input.shape.isRaw && !(operation is ZeroPadding) {
      if graph.nodes[input.id].operation is ZeroPadding {
        throw GraphError(
          layer: name, got: "the network's input, padded by \"\(graph.nodes[input.id].name)\"",
          needs: "a convolution, or the input as it came",
          remedy: "let the input itself lay pictures into larger ones: Input(32, 32, source: 28)")
      }
    }
    return value(
      try graph.append(operation, name: name, inputs: inputs.map(\.id), parameters: parameters))
  }

  func value(_ id: NodeID) -> Value {
    Value(network: self, id: id, shape: graph.nodes[id].shape)
  }

  func node(_ value: Value) -> Node { graph.nodes[value.id] }

  /// A parameter `<layer>.<suffix>`. Layers that share their weights give the same name.
  func parameter(_ info: ParameterInfo) throws -> Int {
    if let known = parameterPlaces[info.name] {
      guard graph.parameters[known].layout == info.layout else {
        throw GraphError(
          layer: info.layer, got: "weights shared with shape \(graph.parameters[known].shape)",
          needs: "\(info.shape)", remedy: "share weights among layers of one shape only")
      }
      return known
    }
    guard info.count <= 1 << 28, info.layout.storedCount <= 1 << 28 else {
      throw GraphError(
        layer: info.layer, got: "\(info.shape) as its \(info.name)",
        needs: "at most 268435456 numbers", remedy: "choose smaller sizes")
    }
    graph.parameters.append(info)
    parameterPlaces[info.name] = graph.parameters.count - 1
    return graph.parameters.count - 1
  }

  /// Names the random numbers of a layer; the same whatever a plan is made for.
  func nextRandomNumber() -> Int32 {
    randomNumbers += 1
    return randomNumbers - 1
  }
}

/// A layer of a finished network, as summaries and files have it.
struct LayerRecord: Sendable {
  var name: String
  /// Nil for an input.
  var layer: (any NamedLayer)?
  var input: Input?
  var inputs: [NodeID]
  var output: NodeID
  var firstNode = 0
}
