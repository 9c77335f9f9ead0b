import Testing

@testable import DigitKit

@Suite struct ArchitectureFileTests {
  /// Written, read, written again: the same text, parameters and plan.
  @Test(arguments: Zoo.names) func roundTrip(_ name: String) throws {
    let model = try Zoo.model(name)
    let text = try model.architecture()
    let again = try Model(architecture: text)
    #expect(try again.architecture() == text)
    #expect(again.parameters == model.parameters)
    #expect(try again.plan(.train(), batch: 8).bytes == model.plan(.train(), batch: 8).bytes)
  }

  @Test func everyLayerAndValue() throws {
    let model = try Model(name: "all \"kinds\"") { net in
      let x = try net.input(
        Input(12, 12, channels: 3, scale: [0.1, 0.2, 0.3], shift: [0, -1, 1], source: 10))
      let a = try Sequential {
        Conv2D(
          channels: 8, kernel: Extent(3, 5), stride: 1, padding: .same, dilation: 1,
          activation: .leakyReLU(slope: 0.3), initialiser: .orthogonal(gain: 2))
        Conv2D(channels: 8, kernel: 3, padding: 1, groups: 2, bias: false, initialiser: .heNormal)
        BatchNorm(epsilon: 1e-3, momentum: 0.2, activation: .gelu)
        ChannelDropout(rate: 0.2)
        DropBlock(rate: 0.1, size: 2)
        ReLU()
        LeakyReLU(slope: 0.1)
        SiLU()
        ZeroPad(size: 1)
        Conv2D(channels: 8, kernel: 3, activation: .relu, trained: false)
        StochasticPool2D()
        AveragePool2D(size: 3, stride: 1, padding: 1)
        LayerNorm()
      }(x)
      let b = try Conv2D(channels: 8, kernel: 3, padding: 1, name: "twice")(a)
      let c = try Conv2D(channels: 8, kernel: 3, padding: 1, sharing: "twice")(b)
      let d = try Concatenate()(Add(activation: .tanh)(a, c), b)
      let y = try Sequential {
        Flatten()
        Dense(inputs: 576, units: 10, activation: .sigmoid, initialiser: .constant(0.01))
        Tanh()
        GELU()
        Sigmoid()
        Dropout(rate: 0.1)
      }(d)
      try net.head(
        Dense(units: 3)(y),
        loss: .crossEntropy(smoothing: 0.1, classWeights: [1, 2, 3], ignoring: 2),
        name: "digit", target: "digits")
      try net.head(Dense(units: 1)(y), loss: .rootMeanSquaredError, name: "value", weight: 0.5)
      try net.head(Softmax()(Dense(units: 4)(y)), loss: nil, name: "other")
    }
    let text = try model.architecture()
    let again = try Model(architecture: text)
    #expect(try again.architecture() == text)
    #expect(again.parameters == model.parameters)
    #expect(again.heads == model.heads)
  }

  @Test(arguments: [
    ("[]", "needs \"format\""), ("{", "not JSON"),
    (#"{"format": "digitkit-network", "version": 1, "version": 1}"#, "is there twice"),
    (#"{"format": "digitkit-network", "version": 1} {}"#, "expected the end at byte 45"),
    (layers(#"{"type": "Conv2d", "name": "a"}"#), "did you mean \"Conv2D\"?"),
    (layers(#"{"type": "Conv2D", "name": "a", "channels": 8}"#), "needs \"kernel\""),
    (layers(#"{"type": "Dense", "units": 1.5}"#), "a whole number"),
    (layers(#"{"type": "Flatten", "size": 3}"#), "has no \"size\""),
    (layers(#"{"type": "Flatten", "inputs": ["inputt"]}"#), "did you mean \"input\"?"),
    (layers(#"{"type": "Flatten"}, {"type": "Dense", "units": 2, "activation": "rellu"}"#), "relu"),
    (layers(#"{"type": "Dense", "units": 1e300}"#), "a whole number"),
  ])
  func mistakesAreNamed(_ text: String, _ part: String) {
    let error = #expect(throws: GraphError.self) { try Model(architecture: text) }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }
}

private func layers(_ text: String) -> String {
  #"{"format": "digitkit-network", "version": 1, "layers": [{"type": "Input", "height": 8, "width": 8}, "#
    + text + #"], "heads": [{"loss": "cross_entropy"}]}"#
}
