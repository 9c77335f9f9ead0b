import Testing
import ckernels

@testable import DigitKit

/// Models written by Swift, opened and run by C alone.
@Suite struct ModelImageFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The plan is the same, so the bits are.
  @Test(arguments: ["softmax", "lenet5", "inception", "densenet", "tiny", "digitnet"])
  func sameBitsAsThePredictor(_ name: String) throws {
    let model = try Zoo.model(name)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 2)
    try expectSame(ModelFile(model, parameters: parameters), .logits)
  }

  @Test func everythingTold() throws {
    let file = try sampleFile()
    try expectSame(file, .logits)
    try expectSame(file, .layer("norm2"))
    let path = folder.path + "/sample.ckm"
    try ModelImage(of: file, temperature: 1.5).write(to: path)
    var handle: OpaquePointer?
    try Engine.check(ck_model_open(&handle, path, 0))
    defer { ck_model_close(handle) }
    let about = ck_model_describe(handle).pointee
    #expect(about.height == 10 && about.width == 10 && about.channels == 1 && about.results == 10)
    #expect(about.scale.0 == file.model.inputs[0].scale[0])
    #expect(about.shift.0 == file.model.inputs[0].shift[0])
    #expect(about.temperature == 1.5)
    #expect(String(cString: about.name) == "sample")
    #expect(String(cString: about.licence) == "CC0-1.0")
    #expect(String(cString: about.origin) == "tests of DigitKit")
    #expect(about.classes == 10)
    #expect(String(cString: ck_model_class(handle, 9)) == "9")
  }

  /// Normalisations within the weights: one operation less for each, the same results but for rounding.
  @Test(arguments: ["inception", "tiny", "digitnet"])
  func foldedNorms(_ name: String) throws {
    let model = try Zoo.model(name)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 2)
    for (i, info) in model.parameters.enumerated() where info.kind == .statistic {
      let noise = pattern(info.count, step: i)
      try parameters.set(
        info.name, to: zip(parameters.values(of: info.name), noise).map { $0 + abs($1) / 4 })
    }
    let folded = try model.foldingNorms(parameters)
    #expect(!folded.model.parameters.contains { $0.kind == .statistic })
    let file = ModelFile(folded.model, parameters: folded.parameters)
    try expectSame(file, .logits)
    let wanted = try logits(ModelFile(model, parameters: parameters))
    let largest = wanted.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(try logits(file), wanted) {
      #expect(abs(a - b) <= 1e-5 * largest, "\(a) instead of \(b)")
    }
  }

  @Test func whatCannotBeAnImage() throws {
    var file = try sampleFile()
    file.classes = ["1"]
    #expect(throws: GraphError.self) { try ModelImage(of: file) }
    let two = try Model(name: "two") { net in
      let a = try net.input(Input(8, 8, name: "a"))
      let b = try net.input(Input(8, 8, name: "b"))
      let x = try Add()(Conv2D(channels: 8, kernel: 3)(a), Conv2D(channels: 8, kernel: 3)(b))
      try net.head(Dense(units: 10)(GlobalAveragePool2D()(x)), loss: .crossEntropy())
    }
    let error = #expect(throws: GraphError.self) {
      try ModelImage(of: ModelFile(two, parameters: Parameters(for: two)))
    }
    #expect(error?.message.contains("has one input") == true)
  }

  /// Opened from its file and run by C, against the predictor on the same pictures.
  private func expectSame(
    _ file: ModelFile, _ result: Wanted, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = folder.path + "/model.ckm"
    try ModelImage(of: file, result: result).write(to: path)
    var handle: OpaquePointer?
    try Engine.check(ck_model_open(&handle, path, 0))
    defer { ck_model_close(handle) }
    let about = ck_model_describe(handle).pointee
    let pictures = hashedPictures(3 * Int(about.height * about.width))
    var found = [Float](repeating: .nan, count: 3 * Int(about.results))
    try Engine.check(ck_model_run(handle, pictures, 3, &found, nil, 0, 1))
    let predictor = try Predictor(file.model, parameters: file.parameters, results: [result])
    #expect(try predictor.predict(pictures) == found, sourceLocation: sourceLocation)
  }
}
