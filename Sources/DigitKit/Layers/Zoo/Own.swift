extension Zoo {
  /// This project's own.
  static let own = [
    Entry(
      name: "fast",
      summary: "two convolutions of 5x5 and one dense layer, for a short time to 99 %",
      source: "this project"
    ) { classes in
      Conv2D(channels: 16, kernel: 5, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 48, kernel: 5, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: classes)
    },
    Entry(
      name: "tiny", summary: "three convolutions of 3x3, fewer than 10,000 parameters",
      source: "this project"
    ) { classes in
      for (i, channels) in [16, 16, 32].enumerated() {
        Conv2D(channels: channels, kernel: 3, bias: false)
        BatchNorm(activation: .relu)
        if i < 2 { MaxPool2D() }
      }
      GlobalAveragePool2D()
      Dense(units: classes)
    },
    Entry(
      name: "digitnet",
      summary: "six convolutions with batch normalisation, fewer than 500,000 parameters",
      source: "this project, after convnets that have led on MNIST"
    ) { classes in
      for channels in [32, 64] {
        for _ in 0..<2 {
          Conv2D(channels: channels, kernel: 3, bias: false)
          BatchNorm(activation: .relu)
        }
        Conv2D(channels: channels, kernel: 5, stride: 2, padding: .same, bias: false)
        BatchNorm(activation: .relu)
        Dropout(rate: 0.4)
      }
      Flatten()
      Dense(units: 128, bias: false)
      BatchNorm(activation: .relu)
      Dropout(rate: 0.4)
      Dense(units: classes)
    },
  ]
}
