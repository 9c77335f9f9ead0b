import Testing

@testable import DigitKit

@Suite struct ModelFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// One file, read by a process that knows nothing else, gives the same bits.
  @Test func oneFileIsEnough() throws {
    let file = try sampleFile()
    let path = folder.path + "/model.safetensors"
    try file.write(to: path)
    let again = try ModelFile(path: path)
    #expect(again.model.name == "sample")
    #expect(again.model.inputs == file.model.inputs)
    #expect(again.classes == file.classes)
    #expect(again.record == file.record)
    #expect(again.licence == "CC0-1.0")
    #expect(again.origin == "tests of DigitKit")
    #expect(again.batchesTracked == 7)
    #expect(try again.bytes() == file.bytes())
    #expect(try logits(again) == logits(file))
  }

  /// The tensors are the state dictionary and nothing else.
  @Test func tensorsAreTheStateDictionary() throws {
    let file = try Safetensors(bytes: sampleFile().bytes())
    #expect(file["conv1.weight"]?.shape == [8, 1, 3, 3])
    #expect(file["dense1.weight"]?.shape == [10, 320])
    #expect(file["norm1.num_batches_tracked"]?.type == .int64)
    #expect(file["norm1.num_batches_tracked"]?.shape == [])
    #expect(!file.names.contains { $0.contains("class_weights") })
    #expect(file.names.count == 14)
    #expect(file.metadata["format"] == "pt")
  }

  /// The network of every name goes through a file.
  @Test(arguments: ["softmax", "lenet5", "inception", "tiny"]) func zoo(_ name: String) throws {
    let model = try Zoo.model(name)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 3)
    let file = ModelFile(model, parameters: parameters)
    let again = try ModelFile(bytes: file.bytes())
    #expect(try again.parameters.tensors() == parameters.tensors())
  }

  /// What does not fit is named before anything is taken, and the remedy with it.
  @Test func fileOfAnotherNetwork() throws {
    let path = folder.path + "/lenet5.safetensors"
    let other = try Zoo.model("lenet5")
    try ModelFile(other, parameters: Parameters(for: other)).write(to: path)
    let file = try sampleFile()
    let before = try file.parameters.tensors()
    let error = #expect(throws: FileError.self) {
      try file.parameters.read(from: Safetensors(path: path))
    }
    let line = error?.description ?? ""
    #expect(line.hasPrefix("\(path): it is of another network: it lacks norm1.weight, "), "\(line)")
    #expect(line.contains("conv1.weight: [6, 1, 5, 5] instead of [8, 1, 3, 3]"))
    #expect(line.hasSuffix("read a part of it by names"))
    #expect(!line.contains("\n"))
    #expect(try file.parameters.tensors() == before)
  }

  @Test func numbersOfTheWrongKind() throws {
    let file = try sampleFile()
    var part = try file.part()
    let place = try #require(part.tensors.firstIndex { $0.name == "dense1.bias" })
    part.tensors[place].values = .integers(Array(repeating: 1, count: 10))
    let before = try file.parameters.tensors()
    let safetensors = try Safetensors(
      bytes: Safetensors.encode(part.tensors, metadata: part.metadata), name: "m")
    let error = #expect(throws: FileError.self) { try file.parameters.read(from: safetensors) }
    #expect(error?.description == "m: tensor \"dense1.bias\" is I64, not floating-point numbers")
    #expect(try file.parameters.tensors() == before)
  }

  /// A state dictionary without metadata is read into a network that is described.
  @Test func plainStateDictionary() throws {
    let path = Golden.path("steps/lenet5.safetensors")
    let error = #expect(throws: FileError.self) { try ModelFile(path: path) }
    #expect(error?.reason.contains("describe the network") == true)
    let parameters = Parameters(for: try Zoo.model("lenet5"))
    try parameters.read(from: Safetensors(path: path))
    #expect(try parameters.values(of: "dense3.bias").contains { $0 != 0 })
  }

  @Test(arguments: [
    (["1", "2"], "the names of 2 classes, the network \"sample\" tells 10 apart"),
    (Array(repeating: "1", count: 10), "two classes have the same name"),
    ((0..<10).map { "\($0)\0" }, "zero byte"),
  ])
  func classesThatCannotBe(_ classes: [String], _ part: String) throws {
    var file = try sampleFile()
    file.classes = classes
    let path = folder.path + "/model.safetensors"
    let error = #expect(throws: GraphError.self) { try file.write(to: path) }
    #expect(error?.message.contains(part) == true)
    #expect(folder.names.isEmpty)
  }
}

/// A trained-looking model with every kind of tensor: convolutions, normalisation, sum and
/// concatenation, a dense layer behind pixels, weights of classes.
func sampleFile() throws -> ModelFile {
  let input = Input(12, 12, source: Extent(10)).standardised(mean: 0.13, deviation: 0.31)
  let model = try Model(name: "sample") { net in
    let x = try Conv2D(channels: 8, kernel: 3, padding: 1, bias: false)(net.input(input))
    let a = try BatchNorm(activation: .relu)(x)
    let b = try Conv2D(
      channels: 8, kernel: 3, padding: .same, activation: .gelu, name: "block.conv")(a)
    let c = try Concatenate()(Add()(a, b), Conv2D(channels: 12, kernel: 1, activation: .tanh)(a))
    let d = try LayerNorm()(MaxPool2D(size: 3, stride: 3)(c))
    try net.head(
      Dense(units: 10)(Flatten()(d)),
      loss: .crossEntropy(classWeights: Array(repeating: 0.5, count: 10)))
  }
  let parameters = Parameters(for: model)
  parameters.initialise(seed: 1)
  // Vectors begin with 0 and 1, which would hide a mistake.
  for (i, info) in model.parameters.enumerated()
  where info.shape.count == 1 && info.kind != .constant {
    let noise = pattern(info.count, step: i)
    try parameters.set(
      info.name, to: zip(parameters.values(of: info.name), noise).map { $0 + $1 / 2 })
  }
  return ModelFile(
    model, parameters: parameters, classes: (0..<10).map { "\($0)" },
    record: TrainingRecord(
      data: "none", seed: 1, epochs: 2, updates: 7, validationAccuracy: 0.5, version: "0"),
    licence: "CC0-1.0", origin: "tests of DigitKit", batchesTracked: 7)
}

/// Logits for a few pictures.
func logits(_ file: ModelFile) throws -> [Float] {
  let pixels = file.model.inputs[0].sourceHeight * file.model.inputs[0].sourceWidth
  let predictor = try Predictor(file.model, parameters: file.parameters, results: [.logits])
  return try predictor.predict(hashedPictures(5 * pixels))
}
