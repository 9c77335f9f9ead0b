import Testing

@testable import DigitKit

/// Parts of files, other heads, frozen layers: what fine-tuning is made of.
@Suite struct FineTuningTests {
  @Test func partOfAFile() throws {
    let file = try Safetensors(bytes: sampleFile().bytes(), name: "m")
    let other = try sampleFile()
    other.parameters.initialise(seed: 9)
    let dense = try other.parameters.values(of: "dense1.weight")
    let names = try other.parameters.read(["conv*", "norm1.*", "block.conv.weight"], from: file)
    #expect(
      Set(names) == [
        "conv1.weight", "norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var",
        "block.conv.weight", "conv2.weight", "conv2.bias",
      ])
    for name in names { #expect(try other.parameters.values(of: name) == file.floats(name)) }
    #expect(try other.parameters.values(of: "dense1.weight") == dense)
  }

  /// The temperature lies in the weights: whoever runs the file gets softer probabilities, in the same order.
  @Test func calibratedConfidence() throws {
    let file = try sampleFile()
    let pictures = hashedPictures(800)
    func logits(_ file: ModelFile) throws -> [Double] {
      let predictor = try Predictor(file.model, parameters: file.parameters)
      return try predictor.predict(pictures).map { StableMath.logarithm(Double($0)) }
    }
    let before = try logits(file)
    let calibrated = try file.calibrated(2).calibrated(0.75)
    let after = try logits(calibrated)
    for row in 0..<8 {
      for place in 1..<10 {
        let gap = before[row * 10 + place] - before[row * 10]
        #expect(isClose(after[row * 10 + place] - after[row * 10], gap / 1.5, 1e-4))
      }
    }
    #expect(calibrated.record?.temperature == 1.5 && file.record?.temperature == nil)
    #expect(try ModelFile(bytes: calibrated.bytes()).record?.temperature == 1.5)
    #expect(throws: GraphError.self) { try file.calibrated(0) }
  }

  /// Behind a function, scaled weights would not be scaled logits.
  @Test func confidenceThatCannotBeCorrected() throws {
    let model = try Model(Input(10, 10)) {
      Flatten()
      Dense(units: 10, activation: .tanh)
    }
    let error = #expect(throws: GraphError.self) {
      try ModelFile(model, parameters: Parameters(for: model)).calibrated(2)
    }
    #expect(error?.message.contains("without activation") == true)
  }

  @Test func partThatIsNotThere() throws {
    let file = try sampleFile()
    let before = try file.parameters.tensors()
    let lenet5 = try Safetensors(path: Golden.path("steps/lenet5.safetensors"))
    let unknown = #expect(throws: GraphError.self) {
      try file.parameters.read(["dens1.weight"], from: lenet5)
    }
    #expect(unknown?.message.contains("did you mean \"dense1.weight\"?") == true)
    let different = #expect(throws: FileError.self) {
      try file.parameters.read(["conv2.bias", "dense*"], from: lenet5)
    }
    #expect(
      different?.reason.contains("dense1.weight: [120, 256] instead of [10, 320]") == true)
    #expect(try file.parameters.tensors() == before)
  }

  /// Ten classes become three; all but the last layer stays, and what is frozen stays while it learns.
  @Test func anotherHead() throws {
    let digits = try sampleFile()
    let letters = try digits.replacingHead(classes: ["A", "B", "C"], seed: 4)
    #expect(letters.classes == ["A", "B", "C"])
    #expect(letters.record == nil && letters.licence == digits.licence)
    #expect(try letters.parameters.info("dense1.weight").shape == [3, 320])
    #expect(!letters.model.parameters.contains { $0.kind == .constant })
    for info in digits.model.parameters where info.kind != .constant && info.layer != "dense1" {
      #expect(
        try letters.parameters.values(of: info.name) == digits.parameters.values(of: info.name))
    }
    #expect(try ModelFile(bytes: letters.bytes()).classes == letters.classes)

    let model = try letters.model.freezing(["conv*", "norm*", "block*"])
    #expect(model.parameters.filter(\.isTrained).map(\.name) == ["dense1.weight", "dense1.bias"])
    let runner = try Runner(
      model.plan(.train(), batch: 8), parameters: letters.parameters, threads: 1)
    let data = [
      "input": DataArray(bytes: hashedPictures(800), valuesPerItem: 100),
      "labels": DataArray(labels: (0..<8).map { Int32($0 % 3) }),
    ]
    var losses: [Double] = []
    for _ in 0..<5 {
      losses.append(try runner.run(data, indices: Array(0..<8), values: adam(rate: 1e-3)).loss)
    }
    #expect(losses[4] < losses[0])
    for info in digits.model.parameters where info.kind != .constant && info.layer != "dense1" {
      #expect(
        try letters.parameters.values(of: info.name) == digits.parameters.values(of: info.name))
    }
    #expect(try letters.parameters.values(of: "dense1.bias").contains { $0 != 0 })
  }

  /// The same number of classes is a new head all the same.
  @Test func headOfTheSameSize() throws {
    let file = try sampleFile()
    let new = try file.replacingHead(classes: (0..<10).map { "class \($0)" }, seed: 2)
    #expect(
      try new.parameters.values(of: "dense1.weight")
        != file.parameters.values(of: "dense1.weight"))
  }

  @Test func oneOfSeveralHeads() throws {
    let model = try Model(name: "two") { net in
      let x = try GlobalAveragePool2D()(Conv2D(channels: 8, kernel: 3)(net.input(Input(8, 8))))
      try net.head(Dense(units: 10)(x), loss: .crossEntropy(), name: "digit", target: "digits")
      try net.head(
        Softmax()(Dense(units: 2)(x)), loss: .crossEntropy(), name: "parity", target: "parity",
        weight: 0.5)
    }.freezing { $0 == "conv1.weight" }
    let new = try model.replacingHead("parity", classes: 4)
    #expect(new.heads.map(\.weight) == [1, 0.5])
    #expect(new.heads.map(\.target) == ["digits", "parity"])
    #expect(new.parameters.first { $0.name == "dense2.weight" }?.shape == [4, 8])
    #expect(new.parameters.filter { !$0.isTrained }.map(\.name) == ["conv1.weight"])
    let unknown = #expect(throws: GraphError.self) { try model.replacingHead("party", classes: 2) }
    #expect(unknown?.message == "there is no head \"party\"; did you mean \"parity\"?")
  }

  @Test func headsThatCannotBeReplaced() throws {
    let shared = try Model(name: "shared") { net in
      let y = try Dense(units: 4)(Flatten()(net.input(Input(4, 4))))
      try net.head(y, loss: .crossEntropy(), name: "a")
      try net.head(y, loss: .meanSquaredError, name: "b")
    }
    let read = #expect(throws: GraphError.self) { try shared.replacingHead("a", classes: 2) }
    #expect(read?.message.contains("is read by others as well") == true)
    let grouped = try Model(Input(4, 4)) {
      Conv2D(channels: 8, kernel: 1)
      Conv2D(channels: 8, kernel: 1, groups: 8)
      GlobalAveragePool2D()
    }
    let none = #expect(throws: GraphError.self) { try grouped.replacingHead(classes: 2) }
    #expect(none?.message.contains("no Dense or Conv2D of its own") == true)
  }

  /// A convolution before a global mean is a head as well.
  @Test func convolutionAsHead() throws {
    let model = try Model(Input(8, 8)) {
      Conv2D(channels: 10, kernel: 3)
      BatchNorm()
      GlobalAveragePool2D()
    }
    let new = try model.replacingHead(classes: 5)
    #expect(new.parameters.map(\.shape).first == [5, 1, 3, 3])
    #expect(new.parameters.first { $0.name == "norm1.running_var" }?.shape == [5])
  }

  @Test func patternsThatMatchNothing() throws {
    let model = try Zoo.model("lenet5")
    let error = #expect(throws: GraphError.self) { try model.freezing(["convolution*"]) }
    #expect(error?.message.contains("no parameter is called \"convolution*\"") == true)
    #expect(
      try model.freezing(["*"]).thawing(["dense3.*"]).parameters.filter(\.isTrained).count == 2)
  }
}
