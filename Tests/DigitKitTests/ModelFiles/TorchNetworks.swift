import Testing

@testable import DigitKit

/// The networks of `Tests/Golden/steps.py`.
struct TorchNetwork: Sendable, CustomTestStringConvertible {
  var name: String
  var side: Int
  var optimiser: Optimiser
  /// Of weights at the end, as a part of a tensor's largest. Rules that divide by the root of squared
  /// gradients move each weight by about the rate, however small its gradient: where that is rounding
  /// itself, its sign decides. Found: 1e-6 for SGD, 5e-5 for Adam, 5e-4 for RMSprop.
  var tolerance: Float
  var model: @Sendable () throws -> Model

  var testDescription: String { name }

  static let all = [lenet5, kerasCNN, batchNorm, residual, concatenating]

  static let lenet5 = TorchNetwork(
    name: "lenet5", side: 28, optimiser: .adam(), tolerance: 1e-4
  ) { try Zoo.model("lenet5") }

  static let kerasCNN = TorchNetwork(
    name: "keras-cnn", side: 28, optimiser: .nesterov(rate: 0.05), tolerance: 1e-5
  ) {
    try Model(Input(28, 28)) {
      Conv2D(channels: 8, kernel: 3, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 16, kernel: 3, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 24, activation: .relu)
      Dense(units: 10)
    }
  }

  static let batchNorm = TorchNetwork(
    name: "batch-norm", side: 14,
    optimiser: .sgd(SGD(rate: 0.05, momentum: 0.9, weightDecay: 1e-3)), tolerance: 1e-5
  ) {
    try Model(Input(14, 14)) {
      Conv2D(channels: 8, kernel: 3, padding: 1, bias: false)
      BatchNorm(activation: .relu)
      MaxPool2D()
      Conv2D(channels: 16, kernel: 3, padding: 1)
      BatchNorm(activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 32, bias: false)
      BatchNorm(activation: .relu)
      Dense(units: 10)
    }
  }

  static let residual = TorchNetwork(
    name: "residual", side: 14, optimiser: .adamW(rate: 2e-3), tolerance: 1e-4
  ) {
    try Model(Input(14, 14)) {
      Conv2D(channels: 8, kernel: 3, padding: 1, activation: .relu)
      Residual(activation: .relu) {
        Conv2D(channels: 8, kernel: 3, padding: 1, activation: .relu)
        Conv2D(channels: 8, kernel: 3, padding: 1)
      }
      Downsampling()
      GlobalAveragePool2D()
      Dense(units: 10)
    }
  }

  static let concatenating = TorchNetwork(
    name: "concatenating", side: 14, optimiser: .rmsprop(RMSprop(rate: 1e-3)), tolerance: 1e-3
  ) {
    try Model(name: "concatenating") { net in
      let x = try net.input(Input(14, 14))
      let a = try Conv2D(channels: 8, kernel: 1, activation: .tanh)(x)
      let b = try Conv2D(channels: 12, kernel: 3, padding: 1, activation: .gelu)(x)
      let c = try AveragePool2D()(Concatenate()(a, b))
      let d = try Conv2D(channels: 16, kernel: 3, activation: .silu)(c)
      try net.head(Dense(units: 10)(Flatten()(d)), loss: .crossEntropy(smoothing: 0.1))
    }
  }
}

/// A residual block whose shortcut halves the picture.
private struct Downsampling: Layer {
  func apply(to inputs: [Value], in network: Network) throws -> Value {
    let x = inputs[0]
    let a = try Conv2D(channels: 16, kernel: 3, stride: 2, padding: 1, activation: .relu)(x)
    let b = try Conv2D(channels: 16, kernel: 3, padding: 1)(a)
    let c = try Conv2D(channels: 16, kernel: 1, stride: 2, name: "shortcut")(x)
    return try Add(activation: .relu)(b, c)
  }
}
