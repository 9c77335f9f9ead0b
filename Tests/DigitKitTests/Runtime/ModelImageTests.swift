import Testing
import ckernels

@testable import DigitKit

@Suite struct ModelImageTests {
  /// What C opens and runs gives the numbers of Swift.
  @Test(arguments: ["lenet5", "tiny", "inception"]) func sameNumbersFromC(_ name: String) throws {
    let model = try Zoo.model(name)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 4)
    var notes = ModelImage.Notes()
    notes.classes = (0..<10).map { "\($0)" }
    notes.origin = "a test"
    let image = try ModelImage(model, parameters: parameters, notes: notes)
    let block = Block(bytes: image.bytes.count)
    image.bytes.withUnsafeBytes {
      block.pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count)
    }
    var opened: OpaquePointer?
    try Engine.check(ck_model_open_memory(&opened, block.pointer, image.bytes.count))
    defer { ck_model_close(opened) }
    #expect(String(cString: ck_model_class(opened, 3)) == "3")
    #expect(String(cString: ck_model_describe(opened).pointee.name) == name)
    let pictures = someDigits(5, pixels: 784).images
    var found = [Float](repeating: 0, count: 50)
    try Engine.check(ck_model_run(opened, pictures, 5, &found, nil, 0, 1))
    #expect(found == (try Predictor(model, parameters: parameters).predict(pictures)))
  }

  @Test func severalInputsAreRefused() throws {
    let model = try Model { net in
      let a = try Dense(units: 4)(Flatten()(net.input(Input(2, 2))))
      let b = try Dense(units: 4)(Flatten()(net.input(Input(2, 2, name: "b"))))
      try net.head(Add()(a, b), loss: .crossEntropy())
    }
    #expect(throws: GraphError.self) { try ModelImage(model, parameters: Parameters(for: model)) }
  }
}
