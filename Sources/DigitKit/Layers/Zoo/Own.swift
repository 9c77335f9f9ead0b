extension Zoo {
  /// This project's own.
  static let own = [
    // One normalisation lets the rate be high from the first step; behind the dense layer it costs next to nothing,
    // because little crosses its meetings.
    Entry(
      name: "fast",
      summary: "two convolutions of 5x5, a dense layer of 64, for a short time to 99 %",
      source: "this project"
    ) { classes in
      Conv2D(channels: 16, kernel: 5, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 32, kernel: 5, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 64, bias: false)
      BatchNorm(activation: .relu)
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
    // Two convolutions while the picture is large see more than one wider one; dropout everywhere, because sixty
    // thousand pictures are few for half a million numbers.
    Entry(
      name: "digitnet",
      summary: "four convolutions of 3x3 and a dense layer of 256, fewer than 500,000 parameters",
      source: "this project, after convnets that have led on MNIST"
    ) { classes in
      for (pair, rate) in [([32, 48], Float(0.25)), ([64, 96], 0.3)] {
        for channels in pair {
          Conv2D(channels: channels, kernel: 3, bias: false)
          BatchNorm(activation: .relu)
        }
        MaxPool2D()
        Dropout(rate: rate)
      }
      Flatten()
      Dense(units: 256, bias: false)
      BatchNorm(activation: .relu)
      Dropout(rate: 0.5)
      Dense(units: classes)
    },
  ]
}
