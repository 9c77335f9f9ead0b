extension Zoo {
  static let vgg16 = Entry(
    name: "vgg16", summary: "thirteen convolutions of 3x3 with batch normalisation, 32x32 pixels",
    source: "Simonyan and Zisserman 2014", input: Input(32, 32, source: Extent(28))
  ) { classes in
    for (channels, count) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
      for _ in 0..<count {
        Conv2D(channels: channels, kernel: 3, padding: 1)
        BatchNorm(activation: .relu)
      }
      MaxPool2D()
    }
    Flatten()
    Dense(units: 512, activation: .relu)
    Dropout(rate: 0.5)
    Dense(units: classes)
  }

  static let alexNet = Entry(
    name: "alexnet", summary: "five convolutions and three dense layers, sized for 28x28",
    source: "Krizhevsky, Sutskever and Hinton 2012"
  ) { classes in
    Conv2D(channels: 48, kernel: 5, padding: 2, activation: .relu)
    MaxPool2D(size: 3, stride: 2)
    Conv2D(channels: 128, kernel: 5, padding: 2, activation: .relu)
    MaxPool2D(size: 3, stride: 2)
    Conv2D(channels: 192, kernel: 3, padding: 1, activation: .relu)
    Conv2D(channels: 192, kernel: 3, padding: 1, activation: .relu)
    Conv2D(channels: 128, kernel: 3, padding: 1, activation: .relu)
    MaxPool2D(size: 3, stride: 2)
    Flatten()
    Dropout(rate: 0.5)
    Dense(units: 512, activation: .relu)
    Dropout(rate: 0.5)
    Dense(units: 512, activation: .relu)
    Dense(units: classes)
  }

  /// Names are those of the usual PyTorch module for small pictures: `layer1.0.conv1`.
  static let resNet18 = Entry(
    name: "resnet18", summary: "eight residual blocks, sized for 28x28",
    source: "He et al. 2015, with a first convolution of 3x3"
  ) { classes in
    Conv2D(channels: 64, kernel: 3, padding: 1, bias: false, name: "conv1")
    BatchNorm(activation: .relu, name: "bn1")
    for (stage, channels) in [64, 128, 256, 512].enumerated() {
      for block in 0..<2 {
        let changes = stage > 0 && block == 0
        residualBlock(
          channels, stride: changes ? 2 : 1, changes, name: "layer\(stage + 1).\(block)")
      }
    }
    GlobalAveragePool2D()
    Dense(units: classes, name: "linear")
  }

  private static func residualBlock(
    _ channels: Int, stride: Int, _ changes: Bool, name: String
  ) -> Residual {
    Residual(activation: .relu, name: name) {
      Conv2D(
        channels: channels, kernel: 3, stride: Extent(stride), padding: 1, bias: false,
        name: "conv1")
      BatchNorm(activation: .relu, name: "bn1")
      Conv2D(channels: channels, kernel: 3, padding: 1, bias: false, name: "conv2")
      BatchNorm(name: "bn2")
    } shortcut: {
      if changes {
        Conv2D(channels: channels, kernel: 1, stride: Extent(stride), bias: false, name: "0")
        BatchNorm(name: "1")
      }
    }
  }

  static let inception = Entry(
    name: "inception", summary: "three inception modules, sized for 28x28",
    source: "Szegedy et al. 2014, with batch normalisation"
  ) { classes in
    Conv2D(channels: 32, kernel: 3, padding: 1, bias: false)
    BatchNorm(activation: .relu)
    MaxPool2D()
    Inception(one: 16, three: (16, 32), five: (8, 16), pool: 16, name: "a")
    Inception(one: 32, three: (32, 48), five: (8, 16), pool: 16, name: "b")
    MaxPool2D()
    Inception(one: 48, three: (32, 64), five: (8, 16), pool: 32, name: "c")
    GlobalAveragePool2D()
    Dropout(rate: 0.4)
    Dense(units: classes)
  }

  static let denseNet = Entry(
    name: "densenet", summary: "three dense blocks of six layers, growth 12, sized for 28x28",
    source: "Huang et al. 2016"
  ) { classes in
    Conv2D(channels: 24, kernel: 3, padding: 1, bias: false)
    for block in 1...3 {
      for layer in 1...6 { DenselyConnected(growth: 12, name: "block\(block).\(layer)") }
      BatchNorm(activation: .relu)
      if block < 3 {
        Conv2D(channels: block == 1 ? 48 : 60, kernel: 1, bias: false)
        AveragePool2D()
      }
    }
    GlobalAveragePool2D()
    Dense(units: classes)
  }
}

/// Windows of three sizes and a pool side by side, their channels one behind the other.
private struct Inception: Layer {
  var one: Int
  var three: (reduced: Int, channels: Int)
  var five: (reduced: Int, channels: Int)
  var pool: Int
  var name: String

  func apply(to inputs: [Value], in network: Network) throws -> Value {
    let x = inputs[0]
    func unit(_ channels: Int, _ kernel: Extent, _ x: Value) throws -> Value {
      try BatchNorm(activation: .relu)(
        Conv2D(channels: channels, kernel: kernel, padding: .same, bias: false)(x))
    }
    return try network.inside(name) {
      let a = try unit(one, 1, x)
      let b = try unit(three.channels, 3, unit(three.reduced, 1, x))
      let c = try unit(five.channels, 5, unit(five.reduced, 1, x))
      let d = try unit(pool, 1, MaxPool2D(size: 3, stride: 1, padding: 1)(x))
      return try Concatenate()(a, b, c, d)
    }
  }
}

/// A layer whose channels are put behind all those before.
private struct DenselyConnected: Layer {
  var growth: Int
  var name: String

  func apply(to inputs: [Value], in network: Network) throws -> Value {
    let x = inputs[0]
    return try network.inside(name) {
      let new = try Sequential {
        BatchNorm(activation: .relu)
        Conv2D(channels: growth, kernel: 3, padding: 1, bias: false)
      }(x)
      return try Concatenate()(x, new)
    }
  }
}
