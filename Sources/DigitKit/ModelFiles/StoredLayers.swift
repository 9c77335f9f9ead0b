/// A layer that has a form in architecture files.
protocol StoredLayer: NamedLayer {
  /// All there is to say of it but its name, in order; usual values are left out.
  var fields: LayerFields { get }
  /// From a file, taking what it knows.
  init(_ fields: inout LayerFields) throws
}

/// The layers that files know.
enum StoredLayers {
  static let all: [any StoredLayer.Type] = [
    Conv2D.self, Dense.self, MaxPool2D.self, AveragePool2D.self, StochasticPool2D.self,
    GlobalAveragePool2D.self, BatchNorm.self, LayerNorm.self, Dropout.self, ChannelDropout.self,
    DropBlock.self, Flatten.self, ReLU.self, LeakyReLU.self, Sigmoid.self, Tanh.self, GELU.self,
    SiLU.self, Softmax.self, Add.self, Concatenate.self, ZeroPad.self,
  ]
}

// MARK: Layers with weights

extension Conv2D: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add("channels", channels)
    f.add("kernel", kernel)
    f.add("stride", stride, unless: 1)
    f.add("padding", padding)
    f.add("dilation", dilation, unless: 1)
    f.add("groups", groups, unless: 1)
    f.add("bias", hasBias, unless: true)
    f.add(activation)
    f.add(initialiser)
    f.add("trained", isTrained, unless: true)
    f.add("sharing", sharing)
    return f
  }

  init(_ f: inout LayerFields) throws {
    self.init(
      channels: try f.int("channels"), kernel: try f.extent("kernel"),
      stride: try f.extent("stride", or: 1), padding: try f.padding(),
      dilation: try f.extent("dilation", or: 1), groups: try f.int("groups", or: 1),
      activation: try f.activation(), bias: try f.bool("bias", or: true),
      initialiser: try f.initialiser(), trained: try f.bool("trained", or: true),
      sharing: try f.string("sharing"), name: try f.string("name"))
  }
}

extension Dense: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    if let inputs { f.add("inputs_expected", inputs) }
    f.add("units", units)
    f.add("bias", hasBias, unless: true)
    f.add(activation)
    f.add(initialiser)
    f.add("trained", isTrained, unless: true)
    f.add("sharing", sharing)
    return f
  }

  init(_ f: inout LayerFields) throws {
    let inputs = f.peekNumber("inputs_expected") ? try f.int("inputs_expected") : nil
    self.init(
      inputs: inputs, units: try f.int("units"), activation: try f.activation(),
      bias: try f.bool("bias", or: true), initialiser: try f.initialiser(),
      trained: try f.bool("trained", or: true), sharing: try f.string("sharing"),
      name: try f.string("name"))
  }
}

extension BatchNorm: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add("epsilon", epsilon, unless: 1e-5)
    f.add("momentum", momentum, unless: 0.1)
    f.add(activation)
    f.add("trained", isTrained, unless: true)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(
      epsilon: try f.float("epsilon", or: 1e-5), momentum: try f.float("momentum", or: 0.1),
      activation: try f.activation(), trained: try f.bool("trained", or: true),
      name: try f.string("name"))
  }
}

extension LayerNorm: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add("epsilon", epsilon, unless: 1e-5)
    f.add(activation)
    f.add("trained", isTrained, unless: true)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(
      epsilon: try f.float("epsilon", or: 1e-5), activation: try f.activation(),
      trained: try f.bool("trained", or: true), name: try f.string("name"))
  }
}

// MARK: Pools

extension MaxPool2D: StoredLayer {
  var fields: LayerFields { .pool(size, stride, padding) }
  init(_ f: inout LayerFields) throws {
    self.init(
      size: try f.extent("size", or: 2), stride: try f.optionalExtent("stride"),
      padding: try f.padding(), name: try f.string("name"))
  }
}

extension AveragePool2D: StoredLayer {
  var fields: LayerFields { .pool(size, stride, padding) }
  init(_ f: inout LayerFields) throws {
    self.init(
      size: try f.extent("size", or: 2), stride: try f.optionalExtent("stride"),
      padding: try f.padding(), name: try f.string("name"))
  }
}

extension StochasticPool2D: StoredLayer {
  var fields: LayerFields { .pool(size, stride, .valid) }
  init(_ f: inout LayerFields) throws {
    self.init(
      size: try f.extent("size", or: 2), stride: try f.optionalExtent("stride"),
      name: try f.string("name"))
  }
}

extension LayerFields {
  fileprivate static func pool(_ size: Extent, _ stride: Extent?, _ padding: Padding) -> Self {
    var f = LayerFields()
    f.add("size", size)
    if let stride { f.add("stride", stride) }
    f.add("padding", padding)
    return f
  }
}

// MARK: Dropout

extension Dropout: StoredLayer {
  var fields: LayerFields { .rate(rate) }
  init(_ f: inout LayerFields) throws {
    self.init(rate: try f.float("rate", or: 0.5), name: try f.string("name"))
  }
}

extension ChannelDropout: StoredLayer {
  var fields: LayerFields { .rate(rate) }
  init(_ f: inout LayerFields) throws {
    self.init(rate: try f.float("rate", or: 0.5), name: try f.string("name"))
  }
}

extension DropBlock: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields.rate(rate)
    f.add("size", size)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(
      rate: try f.float("rate", or: 0.1), size: try f.int("size", or: 3),
      name: try f.string("name"))
  }
}

extension LayerFields {
  fileprivate static func rate(_ rate: Float) -> Self {
    var f = LayerFields()
    f.add("rate", rate)
    return f
  }
}

// MARK: The others

extension Add: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add(activation)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(activation: try f.activation(), name: try f.string("name"))
  }
}

extension ZeroPad: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add("size", size)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(size: try f.extent("size", or: 1), name: try f.string("name"))
  }
}

extension LeakyReLU: StoredLayer {
  var fields: LayerFields {
    var f = LayerFields()
    f.add("slope", slope)
    return f
  }
  init(_ f: inout LayerFields) throws {
    self.init(slope: try f.float("slope", or: 0.01), name: try f.string("name"))
  }
}

/// Layers that have nothing but a name.
protocol PlainLayer: StoredLayer {
  init(name: String?)
}

extension PlainLayer {
  var fields: LayerFields { LayerFields() }
  init(_ f: inout LayerFields) throws { self.init(name: try f.string("name")) }
}

extension Flatten: PlainLayer {}
extension GlobalAveragePool2D: PlainLayer {}
extension ReLU: PlainLayer {}
extension Sigmoid: PlainLayer {}
extension Tanh: PlainLayer {}
extension GELU: PlainLayer {}
extension SiLU: PlainLayer {}
extension Softmax: PlainLayer {}
extension Concatenate: PlainLayer {}
