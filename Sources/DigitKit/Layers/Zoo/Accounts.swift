extension Zoo {
  /// The networks of classic accounts of digit recognition, as the figures of this project use them.
  static let accounts = [
    Entry(
      name: "lenet5", summary: "two convolutions of 5x5, three dense layers",
      source: "LeCun et al. 1998, with ReLU and maxima"
    ) { classes in
      Conv2D(channels: 6, kernel: 5, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 16, kernel: 5, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 120, activation: .relu)
      Dense(units: 84, activation: .relu)
      Dense(units: classes)
    },
    Entry(
      name: "lenet5-dropout", summary: "lenet5 with dropout, one hidden dense layer",
      source: "LeCun et al. 1998; Srivastava et al. 2014"
    ) { classes in
      Conv2D(channels: 6, kernel: 5, activation: .relu)
      MaxPool2D()
      Dropout(rate: 0.25)
      Conv2D(channels: 16, kernel: 5, activation: .relu)
      MaxPool2D()
      Dropout(rate: 0.25)
      Flatten()
      Dense(units: 120, activation: .relu)
      Dropout(rate: 0.5)
      Dense(units: classes)
    },
    Entry(
      name: "keras-cnn", summary: "32 and 64 channels of 3x3, a dense layer of 128",
      source: "the convnet of Keras's examples"
    ) { classes in
      Conv2D(channels: 32, kernel: 3, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 64, kernel: 3, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 128, activation: .relu)
      Dense(units: classes)
    },
    Entry(
      name: "pytorch-cnn", summary: "keras-cnn with padding",
      source: "the convnet of PyTorch tutorials"
    ) { classes in
      Conv2D(channels: 32, kernel: 3, padding: 1, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 64, kernel: 3, padding: 1, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 128, activation: .relu)
      Dense(units: classes)
    },
    Entry(
      name: "conv3", summary: "64, 64 and 128 channels of 5x5, a dense layer of 512",
      source: "three-layer convnets of street number recognition"
    ) { classes in
      for channels in [64, 64, 128] {
        Conv2D(channels: channels, kernel: 5, padding: 2, activation: .relu)
        MaxPool2D()
      }
      Flatten()
      Dense(units: 512, activation: .relu)
      Dense(units: classes)
    },
  ]
}
