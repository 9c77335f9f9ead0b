import Testing

@testable import DigitKit

/// Shapes are known before anything runs, and errors say what to do.
@Suite struct ShapeTests {
  private func message(
    _ input: Input = Input(28, 28), @LayerBuilder _ layers: () -> [any Layer]
  ) -> String {
    do {
      _ = try Model(input, layers: layers)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func shapesOfLeNet5() throws {
    let model = try Zoo.model("lenet5")
    #expect(
      model.layers.map(\.shape.description) == [
        "28x28x1", "24x24x6", "12x12x6", "8x8x16", "4x4x16", "256", "120", "84", "10",
      ])
    #expect(model.layers.reduce(0) { $0 + $1.multiplyAdds } == 281_640)
  }

  @Test func sameAndStride() throws {
    let model = try Model(Input(7, 10)) {
      Conv2D(channels: 4, kernel: 3, stride: 2, padding: .same)
      Flatten()
      Dense(units: 2)
    }
    #expect(model.layers[1].shape.description == "4x5x4")
  }

  @Test func denseSaysHowManyArrive() {
    let text = message {
      Conv2D(channels: 32, kernel: 3)
      MaxPool2D()
      Conv2D(channels: 64, kernel: 3)
      MaxPool2D()
      Flatten()
      Dense(inputs: 64 * 7 * 7, units: 10)
    }
    #expect(
      text
        == "layer \"dense1\": got 1600 values (5x5x64, flattened), needs the 3136 it was told; "
        + "write inputs: 1600, leave it out, or give the convolutions padding: .same")
  }

  @Test func denseWantsFlatten() {
    let text = message {
      Conv2D(channels: 8, kernel: 3)
      Dense(units: 10)
    }
    #expect(
      text
        == "layer \"dense1\": got 26x26x8, needs a flat input; put Flatten() or GlobalAveragePool2D() before it"
    )
  }

  @Test func errorsNameTheLayer() {
    #expect(
      message(Input(4, 4)) { Conv2D(channels: 8, kernel: 5, name: "first") }
        .hasPrefix("layer \"first\": got 4x4x1, needs at least 5x5 pixels"))
    #expect(
      message {
        Flatten()
        Conv2D(channels: 8, kernel: 5)
      }.contains("put the convolution before Flatten()"))
    #expect(message { MaxPool2D() }.contains("put Conv2D or Dense first"))
    #expect(
      message {
        Conv2D(channels: 8, kernel: 3)
        Conv2D(channels: 9, kernel: 3, groups: 4)
      }.contains("groups"))
    #expect(
      message {
        ZeroPad()
        Flatten()
        Dense(units: 10)
      }.contains("Input(32, 32, source: 28)"))
    #expect(
      message {
        Flatten(name: "a")
        Flatten(name: "a")
      }.contains("there are two of this name"))
    #expect(message { Dense(units: 0) }.contains("1 to 65536"))
    #expect(message(Input(0, 28)) { Flatten() }.contains("sides from 1"))
    #expect(
      message {
        Conv2D(channels: 65_536, kernel: 4096, padding: 4096)
      }.contains("layer \"conv1\""))
    #expect(
      message {
        Conv2D(channels: 3, kernel: 3)
        Flatten()
        BatchNorm()
      }.contains("put it before Flatten()"))
    #expect(
      message {
        Flatten()
        Dense(units: 10)
        Dropout(rate: 1)
      }.contains("the rate is the part that falls out"))
  }

  @Test func residualNeedsOneShape() {
    #expect(
      message {
        Conv2D(channels: 8, kernel: 3)
        Residual { Conv2D(channels: 16, kernel: 3, padding: 1) }
      }.contains("got 26x26x16 and 26x26x8"))
  }

  @Test func headsAreChecked() throws {
    #expect(throws: GraphError.self) {
      try Model(loss: .crossEntropy(classWeights: [1, 2])) {
        Flatten()
        Dense(units: 10)
      }
    }
    #expect(throws: GraphError.self) {
      try Model(loss: .crossEntropy()) { Conv2D(channels: 8, kernel: 3) }
    }
    #expect(throws: GraphError.self) { try Model { _ in } }
    #expect(throws: GraphError.self) {
      try Model(loss: .binaryCrossEntropy) {
        Flatten()
        Dense(units: 10, activation: .softmax)
      }
    }
    let twice = try Model { net in
      let x = try Flatten()(net.input())
      try net.head(Dense(units: 2)(x), loss: .meanSquaredError, name: "a")
      try net.head(Dense(units: 3)(x), loss: .meanSquaredError, name: "b")
    }
    let error = #expect(throws: GraphError.self) { try twice.plan(.train(), batch: 8) }
    #expect(error?.message.contains("give each head a target: of its own") == true)
  }

  /// Softmax and cross-entropy are one: what is trained does not change when the network says softmax.
  @Test func softmaxAtTheEndIsSeen() throws {
    let plain = try Model {
      Flatten()
      Dense(units: 10)
    }
    let with = try Model {
      Flatten()
      Dense(units: 10, activation: .softmax)
    }
    #expect(
      try plain.plan(.train(), batch: 8).operations == with.plan(.train(), batch: 8).operations)
    #expect(
      try with.plan(.predict(), batch: 8).operations.filter { $0.contains("forward") }
        == ["dense1 forward", "dense1 forward"])
  }

  @Test func plansAreChecked() throws {
    let model = try Zoo.model("softmax", loss: nil)
    #expect(throws: GraphError.self) { try model.plan(.train(), batch: 8) }
    #expect(throws: GraphError.self) { try model.plan(.predict(), batch: 0) }
    #expect(throws: GraphError.self) { try model.plan(.predict([]), batch: 1) }
    let error = #expect(throws: GraphError.self) {
      try model.plan(.predict([.layer("dense2")]), batch: 1)
    }
    #expect(error?.message == "there is no layer \"dense2\"; did you mean \"dense1\"?")
  }
}
