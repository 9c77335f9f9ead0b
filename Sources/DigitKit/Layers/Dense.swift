/// `y = x · weightᵀ + bias`: every output sees every input.
///
/// `weight` is `[units, inputs]`, He-uniform where ReLU follows and Glorot-uniform elsewhere; `bias` is 0.
public struct Dense: NamedLayer {
  /// `Dense`
  public static let kind = "Dense"
  /// `dense1`
  public static let usualName = "dense"

  /// Numbers that come out.
  public var units: Int
  /// Numbers that must arrive; nil: as many as do.
  public var inputs: Int?
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
  /// Its name; nil: `dense1` and so on.
  public var name: String?

  /// A dense layer; only its units must be given. `inputs` is checked, not needed.
  public init(
    inputs: Int? = nil, units: Int, activation: Activation? = nil, bias: Bool = true,
    initialiser: Initialiser = .usual, trained: Bool = true, sharing: String? = nil,
    name: String? = nil
  ) {
    self.units = units
    self.inputs = inputs
    self.activation = activation
    self.hasBias = bias
    self.initialiser = initialiser
    self.isTrained = trained
    self.sharing = sharing
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ values: [Value], name: String, in network: Network) throws -> Value {
    let x = values[0].shape
    guard (1...65_536).contains(units) else {
      throw GraphError(
        layer: name, got: "\(units) units", needs: "1 to 65536", remedy: "check its arguments")
    }
    if let inputs, x.isFlat, inputs != x.count {
      throw GraphError(
        layer: name, got: x.inWords, needs: "the \(inputs) it was told",
        remedy:
          "write inputs: \(x.count), leave it out, or give the convolutions padding: .same")
    }
    var operation = DenseProduct(units: units)
    operation.inputCount = x.count
    _ = try operation.shape(of: [x], layer: name)
    let owner = sharing ?? name
    let layout = ParameterLayout(
      outer: x.pixels, inputs: x.channels, storedInputs: x.stored, outputs: units,
      storedOutputs: Shape.storedChannels(units), fanIn: x.count, fanOut: units)
    var parameters = [
      try network.parameter(
        ParameterInfo(
          name: "\(owner).weight", kind: .weight, isTrained: isTrained,
          shape: [units, x.count], initialiser: initialiser, layer: owner, layout: layout))
    ]
    if hasBias {
      parameters.append(
        try network.parameter(
          .vector("\(owner).bias", units, .zeros, isTrained: isTrained, layer: owner)))
    }
    let y = try network.append(operation, name: name, inputs: values, parameters: parameters)
    return try network.activate(y, activation, name: name)
  }
}
