import Testing

@testable import DigitKit

/// Every layer and loss inside a small network: its gradients against differences.
@Suite struct GradientTests {
  /// 6 pictures of 8x8 numbers, with labels of 3 classes and targets of 3 numbers.
  static let data: [String: DataArray] = [
    "input": DataArray(floats: randomFloats(6 * 64, seed: 1), valuesPerItem: 64),
    "labels": DataArray(labels: [0, 1, 2, 2, 1, 0]),
    "targets": DataArray(floats: randomFloats(6 * 3, seed: 2).map { abs($0) }, valuesPerItem: 3),
  ]

  static func check(
    loss: Loss = .crossEntropy(), kinks: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation,
    @LayerBuilder _ layers: () -> [any Layer]
  ) throws {
    let model = try Model(Input(8, 8, type: .floats), loss: loss, layers: layers)
    // Where a maximum or ReLU changes sides on the way, differences are off: small steps meet fewer.
    try checkGradients(
      model, data, tolerance: kinks ? 0.02 : 0.01, step: kinks ? 0.002 : 0.02,
      sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    Loss.crossEntropy(), .crossEntropy(smoothing: 0.2), .crossEntropy(classWeights: [1, 0.5, 3]),
    .crossEntropy(ignoring: 1), .softCrossEntropy(), .meanSquaredError, .rootMeanSquaredError,
    .meanAbsoluteError, .binaryCrossEntropy,
  ])
  func losses(_ loss: Loss) throws {
    try Self.check(loss: loss) {
      Flatten()
      Dense(units: 20, activation: .tanh)
      Dense(units: 3)
    }
  }

  @Test(arguments: [
    Activation.relu, .leakyReLU(slope: 0.2), .sigmoid, .tanh, .gelu, .silu, .softmax,
  ])
  func activations(_ activation: Activation) throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 5, kernel: 3, activation: activation)
      Flatten()
      Dense(units: 12, activation: activation)
      Dense(units: 3)
    }
  }

  @Test func convolutions() throws {
    try Self.check {
      Conv2D(channels: 4, kernel: 3, padding: .same, activation: .tanh)
      Conv2D(channels: 6, kernel: Extent(3, 2), stride: 2, padding: .same, activation: .tanh)
      Conv2D(channels: 6, kernel: 2, dilation: 2, groups: 3, activation: .tanh)
      ZeroPad(size: 1)
      Conv2D(channels: 17, kernel: 3, padding: 1, activation: .tanh)
      Flatten()
      Dense(units: 3, bias: false)
    }
  }

  @Test func fusedPool() throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 9, kernel: 3, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 5, kernel: 2)
      MaxPool2D()
      ReLU()
      Flatten()
      Dense(units: 3)
    }
  }

  @Test func pools() throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 9, kernel: 3, padding: .same, activation: .tanh)
      MaxPool2D(size: 3, stride: 1, padding: .same)
      ZeroPad(size: Extent(1, 2))
      AveragePool2D(size: 3, stride: 2, padding: 1)
      Conv2D(channels: 4, kernel: 2, activation: .tanh)
      GlobalAveragePool2D()
      Dense(units: 3)
    }
  }

  @Test func norms() throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 9, kernel: 3, bias: false)
      BatchNorm(activation: .tanh)
      Conv2D(channels: 6, kernel: 3, activation: .tanh)
      LayerNorm()
      Flatten()
      Dense(units: 10)
      BatchNorm(activation: .relu)
      LayerNorm(activation: .tanh)
      Dense(units: 3)
    }
  }

  /// The gradient then comes flattened to a norm that tells channels apart.
  @Test func normsBeforeFlattenedDropout() throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 16, kernel: 3, bias: false)
      LayerNorm()
      Flatten()
      Dropout(rate: 0.3)
      Dense(units: 3)
    }
    try Self.check(kinks: true) {
      Conv2D(channels: 16, kernel: 3, bias: false)
      BatchNorm(activation: .relu)
      Flatten()
      Dropout(rate: 0.3)
      Dense(units: 3)
    }
  }

  @Test func frozenNorm() throws {
    try Self.check(kinks: true) {
      Conv2D(channels: 9, kernel: 3, bias: false)
      BatchNorm(activation: .relu, trained: false)
      Flatten()
      Dense(units: 3)
    }
  }

  /// The mask depends on the key alone, so the loss is a function of the weights here too.
  @Test func dropouts() throws {
    try Self.check {
      Conv2D(channels: 9, kernel: 3, activation: .tanh)
      ChannelDropout(rate: 0.3)
      Conv2D(channels: 9, kernel: 3, activation: .tanh)
      DropBlock(rate: 0.2, size: 2)
      Flatten()
      Dropout(rate: 0.4)
      Dense(units: 3)
    }
  }

  @Test func branches() throws {
    let model = try Model { net in
      let x = try net.input(Input(8, 8, type: .floats))
      let a = try Conv2D(channels: 5, kernel: 3, padding: .same, activation: .tanh)(x)
      let b = try Conv2D(channels: 5, kernel: 3, padding: .same, activation: .tanh)(a)
      let c = try Add(activation: .tanh)(a, b)
      let d = try Concatenate()(a, c, AveragePool2D(size: 3, stride: 1, padding: 1)(b))
      let y = try Residual {
        Conv2D(channels: 15, kernel: 1, activation: .tanh)
        Conv2D(channels: 15, kernel: 3, padding: 1)
      }(d)
      try net.head(Dense(units: 3)(Flatten()(y)), loss: .crossEntropy())
    }
    try checkGradients(model, Self.data)
  }

  /// Two heads on a shared trunk, and two layers that share their weights.
  @Test func headsAndSharedWeights() throws {
    let model = try Model { net in
      let x = try net.input(Input(8, 8, type: .floats))
      let a = try Conv2D(channels: 8, kernel: 3, padding: .same, activation: .tanh)(x)
      let b = try Conv2D(channels: 8, kernel: 3, padding: .same, activation: .tanh, name: "twice")(
        a)
      let c = try Conv2D(
        channels: 8, kernel: 3, padding: .same, activation: .tanh, sharing: "twice")(b)
      let flat = try Flatten()(c)
      let h = try Dense(units: 7, activation: .tanh)(flat)
      try net.head(Dense(units: 3)(h), loss: .crossEntropy(), name: "digit", weight: 0.7)
      try net.head(Dense(units: 3)(h), loss: .meanSquaredError, name: "value", weight: 2)
    }
    #expect(model.parameters.filter { $0.name.hasPrefix("twice") }.count == 2)
    try checkGradients(model, Self.data)
  }

  @Test func severalInputs() throws {
    let model = try Model { net in
      let x = try net.input(Input(8, 8, type: .floats))
      let z = try net.input(Input(2, 5, name: "other", type: .floats))
      let a = try Dense(units: 6, activation: .tanh)(Flatten()(x))
      let b = try Dense(units: 6, activation: .tanh)(Flatten()(z))
      try net.head(Dense(units: 3)(Concatenate()(a, b)), loss: .crossEntropy())
    }
    var data = Self.data
    data["other"] = DataArray(floats: randomFloats(60, seed: 9), valuesPerItem: 10)
    try checkGradients(model, data)
  }
}
