import Testing

@testable import DigitKit

/// Images with weights of 8 bits and layers in integers.
@Suite struct CompactImageTests {
  /// A small network that has learned its pictures: both kinds of layers, and a pool behind a convolution.
  private static func trained() throws -> ModelFile {
    let model = try cornerNet()
    let result = try Trainer(model, configuration(epochs: 6), training: corners(256)).run()
    return ModelFile(model, parameters: result.parameters)
  }

  @Test(arguments: IntegerLayers.Choice.allCases)
  func answersAlike(_ choice: IntegerLayers.Choice) throws {
    let compact = try CompactImage(
      of: Self.trained(), choice: choice, calibration: LabelledData(corners(100, seed: 2)),
      heldBack: LabelledData(corners(300, seed: 3)))
    #expect(compact.inFloats.accuracy.value > 0.95)
    #expect(compact.agreement.value >= 0.99)
    #expect(compact.largestDifference > 0 && compact.largestDifference < 0.1)
    #expect(compact.lostPoints <= 1)
    #expect(compact.layerCount == 3)
    #expect(compact.layersInIntegers == (choice == .all ? ["conv1", "dense1", "dense2"] : []))
    #expect(compact.image.bytes.count < compact.bytesInFloats)
  }

  /// What C gives of the image is what Swift's own plan gives of the rounded weights.
  @Test func sameBitsAsThePlan() throws {
    let file = try Self.trained()
    let integers = try IntegerLayers(
      .all, of: file.model, parameters: file.parameters, on: LabelledData(corners(40)))
    for info in file.model.parameters where info.shape.count > 1 {
      try file.parameters.set(info.name, to: rounded(file.parameters.values(of: info.name), info))
    }
    let image = try ModelImage(of: file, weightsInBytes: true, integers: integers)
    let pictures = try Array(corners(9, seed: 4).image(0)) + Array(corners(9).image(5))
    let plan = try file.model.plan(.predict(), batch: 2, integers: integers)
    let runner = try Runner(plan, parameters: file.parameters, threads: 1)
    try runner.run(
      ["input": DataArray(bytes: pictures, valuesPerItem: 144)], indices: [0, 1],
      phases: [.prepare, .compute])
    #expect(try runner.result("probabilities", images: 2) == OpenImage(image).run(pictures))
    #expect(plan.description.contains("in integers"))
    #expect(!plan.description.contains("2x2 maximum fused"))
  }

  /// As the C core rounds: by output, the largest weight being 127.
  private func rounded(_ values: [Float], _ info: ParameterInfo) -> [Float] {
    let row = values.count / info.shape[0]
    return values.indices.map { i in
      let first = i / row * row
      let largest = values[first..<first + row].reduce(0) { max($0, abs($1)) }
      let scale = Float(bitPattern: ((largest / 127).bitPattern + 0x40) & ~0x7f)
      return (values[i] / scale).rounded(.toNearestOrEven) * scale
    }
  }

  /// Layers whose weights outweigh their work for one picture: the last of large networks, none of small ones.
  @Test func layersThatAreFaster() throws {
    for name in ["lenet5", "keras-cnn", "tiny"] {
      #expect(try Zoo.model(name).layers(inIntegers: .faster) == [], "\(name)")
    }
    #expect(
      try Zoo.model("vgg16").layers(inIntegers: .faster)
        == ["conv8", "conv9", "conv10", "conv11", "conv12", "conv13", "dense1"])
    #expect(
      try Zoo.model("resnet18").layers(inIntegers: .faster)
        == ["layer4.0.conv2", "layer4.1.conv1", "layer4.1.conv2"])
  }

  @Test func groupsAndTrainingStayInFloats() throws {
    let model = try Model(Input(12, 12)) {
      Conv2D(channels: 8, kernel: 3)
      Conv2D(channels: 8, kernel: 3, groups: 2)
      Flatten()
      Dense(units: 4)
    }
    #expect(model.layers(inIntegers: .all) == ["conv1", "dense1"])
    #expect(throws: GraphError.self) {
      try model.plan(.train(), batch: 4, integers: IntegerLayers(steps: ["dense1": 0.1]))
    }
  }

  @Test func aModelWithoutClassesIsRefused() throws {
    let model = try Model(Input(12, 12), loss: .meanSquaredError) {
      Flatten()
      Dense(units: 1)
    }
    let data = try LabelledData(corners(10))
    let error = #expect(throws: GraphError.self) {
      try CompactImage(
        of: ModelFile(model, parameters: Parameters(for: model)), calibration: data, heldBack: data)
    }
    #expect(error?.message.contains("no classes") == true)
  }

  /// Numbers beyond the range found are cut off, not wrapped round.
  @Test func whatIsBeyondTheRangeIsCutOff() throws {
    let model = try Model(Input(1, 1), loss: nil) {
      Flatten()
      Dense(units: 2, bias: false)
    }
    let parameters = Parameters(for: model)
    try parameters.set("dense1.weight", to: [1, -1])
    // The limit of eight inputs is the largest number of 16 bits: a range of 0 to 0.5 in all.
    let integers = IntegerLayers(steps: ["dense1": 0.5 / 32767])
    let image = try ModelImage(
      model, parameters: parameters, result: .logits, integers: integers)
    let found = try OpenImage(image).run([255])
    #expect(abs(found[0] - 0.5) < 1e-4 && abs(found[1] + 0.5) < 1e-4, "\(found)")
  }
}
