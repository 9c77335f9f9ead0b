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
      name: "tiny", summary: "five convolutions of 3x3, fewer than 10,000 parameters",
      source: "this project"
    ) { classes in
      for channels in [8, 16] {
        Conv2D(channels: channels, kernel: 3, bias: false)
        BatchNorm(activation: .relu)
      }
      MaxPool2D()
      for _ in 0..<2 {
        Conv2D(channels: 16, kernel: 3, bias: false)
        BatchNorm(activation: .relu)
      }
      MaxPool2D()
      Conv2D(channels: 16, kernel: 3, bias: false)
      BatchNorm(activation: .relu)
      Flatten()
      Dense(units: classes)
    },
    // Few channels while pictures are large, many once they are small: a millisecond of work goes further there.
    Entry(
      name: "digitnet",
      summary: "six convolutions of 3x3 with batch normalisation, fewer than 500,000 parameters",
      source: "this project, after convnets that have led on MNIST"
    ) { classes in
      for channels in [16, 32] {
        Conv2D(channels: channels, kernel: 3, bias: false)
        BatchNorm(activation: .relu)
      }
      for channels in [64, 128] {
        MaxPool2D()
        for _ in 0..<2 {
          Conv2D(channels: channels, kernel: 3, padding: .same, bias: false)
          BatchNorm(activation: .relu)
        }
      }
      GlobalAveragePool2D()
      Dense(units: classes)
    },
  ]
}
