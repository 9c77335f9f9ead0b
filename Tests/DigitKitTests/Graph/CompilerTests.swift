import Testing

@testable import DigitKit

/// What a plan has, and what it leaves out.
@Suite struct CompilerTests {
  private func operations(_ model: Model, _ purpose: Purpose) throws -> [String] {
    try model.plan(purpose, batch: 16).operations
  }

  @Test func augmentationOnlyTrains() throws {
    let model = try Zoo.model("softmax")
    let training = TrainingOptions(augmentation: .digits)
    #expect(try operations(model, .train(training)).contains("input warp"))
    #expect(try operations(model, .train()).contains("input gather"))
    #expect(try operations(model, .predict()).contains("input gather"))
    // 28x28 within 32x32 is laid into the middle wherever it is read.
    #expect(try operations(Zoo.model("vgg16"), .predict()).contains("input warp"))
  }

  @Test func dropoutIsNothingInPrediction() throws {
    let model = try Zoo.model("lenet5-dropout")
    #expect(try operations(model, .train()).filter { $0.hasPrefix("dropout") }.count == 6)
    #expect(try !operations(model, .measure()).contains { $0.hasPrefix("dropout") })
  }

  @Test func fusionInEitherOrder() throws {
    func count(@LayerBuilder _ layers: () -> [any Layer]) throws -> Int {
      let model = try Model(Input(12, 12), loss: nil) {
        Sequential(layers())
        Flatten()
        Dense(units: 2)
      }
      return try operations(model, .predict([.logits])).filter { $0.hasSuffix("forward") }.count
    }
    let conv = Conv2D(channels: 8, kernel: 3)
    #expect(
      try count {
        conv; ReLU(); MaxPool2D()
      } == 2)
    #expect(
      try count {
        conv; MaxPool2D(); ReLU()
      } == 2)
    #expect(
      try count {
        conv; LeakyReLU()
      } == 2)
    #expect(
      try count {
        conv; BatchNorm(); ReLU()
      } == 3)
    #expect(
      try count {
        conv; LeakyReLU(); MaxPool2D()
      } == 3)
    #expect(
      try count {
        conv; ReLU(); MaxPool2D(size: 3)
      } == 3)
    #expect(
      try count {
        conv; GELU()
      } == 3)
  }

  /// A feature that is asked for is written, so it is not fused away; what is behind it is left out.
  @Test func featuresAreKept() throws {
    let model = try Model(Input(12, 12)) {
      Conv2D(channels: 8, kernel: 3)
      ReLU()
      MaxPool2D()
      Flatten()
      Dense(units: 10)
    }
    let found = try operations(model, .predict([.layer("conv1")]))
    #expect(found == ["conv1 prepare", "input gather", "conv1 forward", "conv1 write"])
  }

  /// Zeros that no convolution takes over lie around the picture in memory.
  @Test func zeroPadBeforeAPool() throws {
    let model = try Model(Input(3, 2), loss: nil) {
      Conv2D(channels: 1, kernel: 1, initialiser: .constant(1))
      ZeroPad(size: Extent(1, 2), name: "zeros")
      GlobalAveragePool2D()
    }
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    let predictor = try Predictor(model, parameters: parameters, results: [.layer("zeros")])
    let found = try predictor.predictAll([255, 51, 0, 255, 102, 153] as [UInt8])["zeros"]
    let none: [Float] = [0, 0, 0, 0, 0, 0]
    let rows: [Float] = [0, 0, 1, 0.2, 0, 0] + [0, 0, 0, 1, 0, 0] + [0, 0, 0.4, 0.6, 0, 0]
    #expect(found?.map { ($0 * 10).rounded() / 10 } == none + rows + none)
  }

  /// Padding of its own layer is padding of the convolution.
  @Test func zeroPadIsPadding() throws {
    let apart = try Model(Input(12, 12)) {
      ZeroPad(size: 2)
      Conv2D(channels: 8, kernel: 5)
      Flatten()
      Dense(units: 10)
    }
    let inside = try Model(Input(12, 12)) {
      Conv2D(channels: 8, kernel: 5, padding: 2)
      Flatten()
      Dense(units: 10)
    }
    #expect(try apart.plan(.train(), batch: 8).bytes == inside.plan(.train(), batch: 8).bytes)
  }

  @Test func nothingIsLearnedBeforeFrozenLayers() throws {
    let model = try Zoo.model("keras-cnn").freezing { !$0.hasPrefix("dense2") }
    let backward = try operations(model, .train()).filter {
      $0.contains("back") || $0.contains("gradient")
    }
    #expect(backward == ["dense2 gradient", "dense2 bias gradient"])
  }

  @Test func nearestNames() {
    #expect(nearest("conv2d", in: ["Conv2D", "Dense"]) == "; did you mean \"Conv2D\"?")
    #expect(nearest("x", in: []) == "")
    #expect(editDistance("kitten", "sitting") == 3)
  }
}
