/// A two-dimensional convolution.
///
///     y[o] = bias[o] + sum over the window and its channels of x * weight[o]
///
/// `weight` is `[channels, in / groups, ky, kx]`, He-uniform where ReLU follows and Glorot-uniform
/// elsewhere; `bias` is 0.
public struct Conv2D: NamedLayer {
  /// `Conv2D`
  public static let kind = "Conv2D"
  /// `conv1`
  public static let usualName = "conv"

  /// Channels that come out.
  public var channels: Int
  /// Rows and columns of the window.
  public var kernel: Extent
  /// Steps of the window.
  public var stride: Extent
  /// Zeros around the picture.
  public var padding: Padding
  /// Pixels from one of the window to the next.
  public var dilation: Extent
  /// Groups of channels that see only one another; as many as there are channels: depthwise.
  public var groups: Int
  /// The function behind it.
  public var activation: Activation?
  /// Whether a bias is added.
  public var hasBias: Bool
  /// How the weights begin.
  public var initialiser: Initialiser
  /// Whether it is trained.
  public var isTrained: Bool
  /// The layer whose weights it uses as its own.
  public var sharing: String?
  /// Its name; nil: `conv1` and so on.
  public var name: String?

  /// A convolution; only channels and kernel must be given.
  public init(
    channels: Int, kernel: Extent, stride: Extent = 1, padding: Padding = .valid,
    dilation: Extent = 1, groups: Int = 1, activation: Activation? = nil, bias: Bool = true,
    initialiser: Initialiser = .usual, trained: Bool = true, sharing: String? = nil,
    name: String? = nil
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.activation = activation
    self.hasBias = bias
    self.initialiser = initialiser
    self.isTrained = trained
    self.sharing = sharing
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    var x = inputs[0]
    try check(name)
    var operation = Convolution(channels: channels, kernel: kernel)
    operation.stride = stride
    operation.dilation = dilation
    operation.groups = groups
    operation.hasBias = hasBias
    operation.margins = padding.margins(x.shape, kernel: kernel, stride: stride, dilation: dilation)
    // Rows of zeros before it become its own padding: they never lie in memory.
    while let zeros = network.node(x).operation as? ZeroPadding {
      operation.margins = operation.margins + zeros.margins
      x = network.value(network.node(x).inputs[0])
    }
    let full = try operation.fullShape(x.shape, layer: name)
    operation.fullPixels = full.pixels
    operation.inputsPerGroup = x.shape.channels / groups
    let y = try network.append(
      operation, name: name, inputs: [x], parameters: try parameters(x.shape, name, network))
    return try network.activate(y, activation, name: name)
  }

  private func parameters(_ x: Shape, _ name: String, _ network: Network) throws -> [Int] {
    let owner = sharing ?? name
    let inputs = x.channels / groups
    let layout = ParameterLayout(
      outer: kernel.height * kernel.width, inputs: inputs,
      storedInputs: groups > 1 ? inputs : x.stored, outputs: channels,
      storedOutputs: Shape.storedChannels(channels), fanIn: kernel.height * kernel.width * inputs,
      fanOut: kernel.height * kernel.width * channels / groups)
    let weight = ParameterInfo(
      name: "\(owner).weight", kind: .weight, isTrained: isTrained,
      shape: [channels, inputs, kernel.height, kernel.width], initialiser: initialiser,
      layer: owner, layout: layout)
    var result = [try network.parameter(weight)]
    if hasBias {
      result.append(
        try network.parameter(
          .vector("\(owner).bias", channels, .zeros, isTrained: isTrained, layer: owner)))
    }
    return result
  }

  private func check(_ name: String) throws {
    let sides = [
      kernel.height, kernel.width, stride.height, stride.width, dilation.height, dilation.width,
    ]
    var padding = true
    if case .pixels(let rows, let columns) = self.padding {
      padding = (0...4096).contains(rows) && (0...4096).contains(columns)
    }
    guard sides.allSatisfy({ (1...4096).contains($0) }), (1...65_536).contains(channels),
      (1...65_536).contains(groups), padding
    else {
      throw GraphError(
        layer: name,
        got:
          "\(channels) channels, kernel \(kernel), stride \(stride), dilation \(dilation), groups \(groups)",
        needs: "numbers from 1 to 4096 (channels to 65536, padding from 0)",
        remedy: "check the layer's arguments")
    }
  }
}

extension ParameterInfo {
  /// One number per channel.
  static func vector(
    _ name: String, _ count: Int, _ initialiser: Initialiser, kind: Kind = .weight,
    isTrained: Bool = true, layer: String
  ) -> ParameterInfo {
    ParameterInfo(
      name: name, kind: kind, isTrained: isTrained && kind == .weight, shape: [count],
      initialiser: initialiser, layer: layer, layout: .vector(count))
  }
}

extension Network {
  /// The function behind a layer, as an operation of its own; Fusion takes it in where it can.
  func activate(_ value: Value, _ activation: Activation?, name: String) throws -> Value {
    guard let activation else { return value }
    if let function = activation.function {
      return try append(Elementwise(function: function), name: name, inputs: [value])
    }
    return try append(SoftmaxOperation(), name: name, inputs: [value])
  }
}
