import Testing

@testable import DigitKit

@Suite struct PredictorTests {
  private let model: Model
  private let parameters: Parameters
  private let set: ImageSet

  init() throws {
    set = try corners(200)
    model = try cornerNet(norm: true)
    parameters = try Trainer(model, configuration(epochs: 1), training: set).run().parameters
  }

  @Test func evaluatorAndPredictorAgree() throws {
    let data = try LabelledData(set, indices: Array(stride(from: 1, to: 200, by: 3)))
    let evaluator = try Evaluator(model, parameters: parameters, batch: 32)
    let measured = try evaluator.measure(data)
    let predictions = try evaluator.predictions(data)
    #expect(measured.images == 67 && predictions.count == 67)
    #expect(measured.accuracy == predictions.accuracy.value)
    let loss = (0..<67).reduce(0.0) { sum, picture in
      sum - libraryLog(Double(predictions.probability(picture, Int(predictions.labels[picture]))))
    }
    #expect(isClose(measured.loss, loss / 67, 1e-5))
    let predictor = try Predictor(model, parameters: parameters)
    for (row, index) in data.indices.enumerated().prefix(5) {
      // One image has the same bits as within any batch.
      let alone = try predictor.predict(Array(set.image(index)))
      #expect(alone == (0..<4).map { predictions.probability(row, $0) })
    }
  }

  /// One picture and wide layers: their weights are transformed as they are read, to the same bits.
  @Test func fewPicturesHaveTheBitsOfMany() throws {
    let wide = try Model(Input(8, 8)) {
      Conv2D(channels: 128, kernel: 3, padding: .same, activation: .relu)
      Conv2D(channels: 256, kernel: 3, padding: .same, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 256, kernel: 3, padding: .same, activation: .relu)
      Flatten()
      Dense(units: 10)
    }
    #expect(try wide.plan(.predict(), batch: 1).description.contains("winograd few"))
    #expect(!(try wide.plan(.predict(), batch: 32).description.contains("winograd few")))
    let parameters = Parameters(for: wide)
    parameters.initialise(seed: 3)
    let pixels = (0..<5 * 64).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let many = try Predictor(wide, parameters: parameters, batch: 32).predict(pixels)
    let one = try Predictor(wide, parameters: parameters)
    for picture in 0..<5 {
      let alone = try one.predict(Array(pixels[picture * 64..<(picture + 1) * 64]))
      #expect(alone == Array(many[picture * 10..<(picture + 1) * 10]))
    }
  }

  @Test func manyThreadsAskAtOnce() async throws {
    let predictor = try Predictor(model, parameters: parameters, batch: 16)
    let wanted = try predictor.predict(Array(set.pixels))
    #expect(wanted.count == 800)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          for round in 0..<10 {
            let first = (task * 10 + round) % 150
            let count = [1, 5, 40][round % 3]
            let pixels = Array(set.pixels[first * 144..<(first + count) * 144])
            guard try predictor.predict(pixels) == Array(wanted[first * 4..<(first + count) * 4])
            else { return false }
          }
          return true
        }
      }
      for try await same in group { #expect(same) }
    }
  }

  @Test func batchesFollowOneAnother() throws {
    let predictor = try Predictor(
      model, parameters: parameters, results: [.probabilities, .logits], batch: 16)
    let pixels = Array(set.pixels[..<(40 * 144)])
    let found = try predictor.predictAll(pixels)
    #expect(try found["probabilities"] == predictor.predict(pixels))
    let last = try predictor.predictAll(Array(set.image(39)))
    #expect(found["logits"].map { Array($0.suffix(4)) } == last["logits"])
  }

  @Test func refusesWhatIsNoPicture() throws {
    let predictor = try Predictor(model, parameters: parameters)
    for count in [0, 143, 145] {
      let error = #expect(throws: GraphError.self) {
        try predictor.predict([UInt8](repeating: 0, count: count))
      }
      #expect(error?.message.contains("needs a multiple of 144") == true)
    }
    let error = #expect(throws: GraphError.self) {
      try predictor.predict([Float](repeating: 0, count: 144))
    }
    #expect(error?.message == "pictures: got floats, needs bytes, as the network reads them")
  }

  @Test func featuresAndLogitsByName() throws {
    let predictor = try Predictor(
      model, parameters: parameters, results: [.probabilities, .logits, .layer("dense1")])
    let found = try predictor.predictAll(Array(set.image(0)))
    #expect(found["dense1"]?.count == 16 && found["dense1"]?.allSatisfy { $0 >= 0 } == true)
    let logits = try #require(found["logits"])
    let exponentials = logits.map { libraryExp(Double($0)) }
    let sum = exponentials.reduce(0, +)
    for (p, e) in zip(try #require(found["probabilities"]), exponentials) {
      #expect(isClose(Double(p), e / sum, 1e-5))
    }
    let error = #expect(throws: GraphError.self) {
      try Predictor(model, parameters: parameters, results: [.layer("dense7")])
    }
    #expect(error?.message.contains("did you mean") == true)
  }
}
