import Testing

@testable import DigitKit

/// Steps through the public interface: same bits, phases, state, frozen parameters, results.
@Suite struct RunnerTests {
  private static let data: [String: DataArray] = {
    let (images, labels) = someDigits(64, pixels: 144)
    return [
      "input": DataArray(bytes: images, valuesPerItem: 144), "labels": DataArray(labels: labels),
    ]
  }()

  /// With what draws random numbers, meets, forks and splits by channel.
  private static func model() throws -> Model {
    try Model(Input(12, 12)) {
      Conv2D(channels: 12, kernel: 3, padding: .same, bias: false)
      BatchNorm(activation: .relu)
      DropBlock(rate: 0.1, size: 2)
      MaxPool2D()
      Residual(activation: .relu) {
        Conv2D(channels: 12, kernel: 3, padding: 1, activation: .relu)
        Dropout(rate: 0.2)
        Conv2D(channels: 12, kernel: 3, padding: 1)
      }
      StochasticPool2D()
      Flatten()
      Dense(units: 30, activation: .gelu)
      Dropout(rate: 0.5)
      Dense(units: 10)
    }
  }

  private static func train(
    _ model: Model, options: TrainingOptions = TrainingOptions(), steps: Int = 4, threads: Int = 2,
    tile: Int? = nil, batch: Int = 40
  ) throws -> ([Double], [Float], Runner) {
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 11)
    let plan = try model.plan(.train(options), batch: batch, tile: tile)
    let runner = try Runner(plan, parameters: parameters, threads: threads)
    var losses: [Double] = []
    for step in 0..<steps {
      var values = adam(rate: 1e-2)
      values.seed = 5
      values.update = UInt32(step)
      let indices = (0..<Int64(batch)).map { ($0 * 3 + Int64(step)) % 64 }
      losses.append(try runner.run(data, indices: indices, values: values).loss)
    }
    return (losses, parameters.withBlock { Array($0) }, runner)
  }

  @Test func sameBitsOnAnyThreadsAndTiles() throws {
    let model = try Self.model()
    let (losses, block, _) = try Self.train(model, threads: 1)
    #expect(losses.last! < losses[0])
    for threads in 2...3 {
      let other = try Self.train(model, threads: threads)
      #expect(other.0 == losses && other.1 == block, "\(threads) threads")
    }
    for tile in [1, 3, 8] {
      let other = try Self.train(model, tile: tile)
      #expect(other.0 == losses && other.1 == block, "tiles of \(tile)")
    }
  }

  /// Layers wide enough to be shared out by channel.
  @Test func sameBitsByChannel() throws {
    let model = try Model(Input(12, 12)) {
      Conv2D(channels: 8, kernel: 3, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 64, kernel: 3, activation: .relu)
      Conv2D(channels: 192, kernel: 3, activation: .relu)
      Conv2D(channels: 192, kernel: 1, activation: .relu)
      Flatten()
      Dense(units: 10)
    }
    let plan = try model.plan(.train(), batch: 40)
    #expect(plan.description.contains("by channel"))
    let (losses, block, _) = try Self.train(model, threads: 1)
    let other = try Self.train(model, threads: 3)
    #expect(other.0 == losses && other.1 == block)
  }

  @Test func paddingStaysZero() throws {
    let model = try Self.model()
    let (_, block, _) = try Self.train(model)
    var isReal = [Bool](repeating: false, count: block.count)
    for info in model.parameters {
      info.layout.forEachPlace { _, stored in isReal[info.offset / 4 + stored] = true }
    }
    for (i, value) in block.enumerated() where !isReal[i] { #expect(value == 0) }
  }

  @Test func phasesApartAreAWholeStep() throws {
    let model = try Self.model()
    let whole = try Self.train(model, steps: 1)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 11)
    let runner = try Runner(model.plan(.train(), batch: 40), parameters: parameters)
    var values = adam(rate: 1e-2)
    values.seed = 5
    let indices = (0..<40).map { Int64($0 * 3 % 64) }
    let result = try runner.run(
      Self.data, indices: indices, phases: [.prepare, .compute], values: values)
    #expect(result.loss == whole.0[0])
    #expect(try runner.gradient(of: "dense1.weight").contains { $0 != 0 })
    try runner.run([:], indices: indices, phases: .update, values: values)
    #expect(parameters.withBlock { Array($0) } == whole.1)
  }

  /// Parameters, state and the counters are all a run needs to go on.
  @Test func resumes() throws {
    let model = try Self.model()
    let (losses, block, _) = try Self.train(model, steps: 4)
    let (_, _, first) = try Self.train(model, steps: 2)
    let second = try Runner(first.plan, parameters: first.parameters.copy(), threads: 1)
    for slot in first.plan.stateSlots { try second.setState(slot, to: first.state(slot)) }
    #expect(first.withState { Array($0) } == second.withState { Array($0) })
    for step in 2..<4 {
      var values = adam(rate: 1e-2)
      values.seed = 5
      values.update = UInt32(step)
      let indices = (0..<40).map { Int64($0 * 3 + step) % 64 }
      #expect(try second.run(Self.data, indices: indices, values: values).loss == losses[step])
    }
    #expect(second.parameters.withBlock { Array($0) } == block)
  }

  @Test func frozenParametersStayAndCostNothing() throws {
    let model = try Self.model()
    let frozen = model.freezing { !$0.hasPrefix("dense") }
    let (losses, _, runner) = try Self.train(frozen)
    #expect(losses.last! < losses[0])
    let start = Parameters(for: model)
    start.initialise(seed: 11)
    for info in model.parameters {
      let moved = try runner.parameters.values(of: info.name) != start.values(of: info.name)
      #expect(moved == info.name.hasPrefix("dense"), "\(info.name)")
    }
    let backward = runner.plan.operations.filter {
      $0.contains("backward") || $0.contains("gradient")
    }
    #expect(backward.allSatisfy { $0.hasPrefix("dense") || $0.hasPrefix("dropout") }, "\(backward)")
  }

  @Test func groupsHaveTheirOwnRates() throws {
    let model = try Self.model()
    let (_, _, runner) = try Self.train(
      model, options: TrainingOptions(groups: ["conv1.weight": 1]))
    #expect(runner.plan.groupCount == 2)
  }

  @Test func measuringGivesLossCountAndResults() throws {
    let model = try Self.model()
    let (_, _, runner) = try Self.train(model, steps: 8)
    let plan = try model.plan(.measure(results: [.probabilities, .layer("pool2")]), batch: 64)
    let measure = try Runner(plan, parameters: runner.parameters)
    let result = try measure.run(Self.data, indices: Array(0..<64))
    let rows = try measure.result("probabilities", images: 64)
    let labels = someDigits(64, pixels: 144).labels
    let right = (0..<64).filter { i in
      let row = rows[i * 10..<i * 10 + 10]
      return row.firstIndex(of: row.max() ?? 0) == row.startIndex + Int(labels[i])
    }
    #expect(result.heads[0].correct == Double(right.count))
    #expect(result.heads[0].counted == 64)
    for i in 0..<64 { #expect(abs(rows[i * 10..<i * 10 + 10].reduce(0, +) - 1) < 1e-5) }
    #expect(try measure.result("pool2", images: 2).count == 2 * 3 * 3 * 12)
    #expect(throws: GraphError.self) { try measure.result("logits", images: 1) }
  }

  @Test func predictorAnswersFromAnyThread() async throws {
    let model = try Self.model()
    let (_, _, runner) = try Self.train(model, steps: 4)
    let predictor = try Predictor(model, parameters: runner.parameters, batch: 16)
    let images = someDigits(40, pixels: 144).images
    let all = try predictor.predict(images)
    #expect(all.count == 400)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for i in 0..<40 {
        group.addTask {
          let one = try predictor.predict(Array(images[i * 144..<(i + 1) * 144]))
          return one == Array(all[i * 10..<(i + 1) * 10])
        }
      }
      for try await same in group { #expect(same) }
    }
    #expect(throws: GraphError.self) { try predictor.predict([UInt8](repeating: 0, count: 100)) }
  }

  @Test func faultsAreNamed() throws {
    let model = try Self.model()
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    var weights = try parameters.values(of: "dense1.weight")
    weights[3] = .infinity
    try parameters.set("dense1.weight", to: weights)
    let runner = try Runner(model.plan(.train(), batch: 8), parameters: parameters)
    let result = try runner.run(
      Self.data, indices: [0, 1, 2], phases: [.prepare, .compute], findFault: true)
    #expect(result.fault?.operation == "dense1 forward")
  }

  @Test func wrongCallsAreOneLine() throws {
    let model = try Self.model()
    let parameters = Parameters(for: model)
    let runner = try Runner(model.plan(.train(), batch: 8), parameters: parameters)
    #expect(throws: GraphError.self) { try runner.run([:], indices: [0]) }
    #expect(throws: EngineError.self) { try runner.run(Self.data, indices: []) }
    #expect(throws: EngineError.self) { try runner.run(Self.data, indices: [64]) }
    var wrong = Self.data
    wrong["input"] = DataArray(bytes: [1, 2, 3], valuesPerItem: 3)
    #expect(throws: GraphError.self) { try runner.run(wrong, indices: [0]) }
    wrong = Self.data
    wrong["labels"] = DataArray(labels: [Int32](repeating: 10, count: 64))
    #expect(throws: EngineError.self) { try runner.run(wrong, indices: [0]) }
    #expect(throws: GraphError.self) { try parameters.set("conv1.weight", to: [1]) }
    let error = #expect(throws: GraphError.self) { try parameters.values(of: "conv1.wieght") }
    #expect(error?.message.contains("conv1.weight") == true)
    #expect(throws: GraphError.self) {
      try Runner(model.plan(.predict(), batch: 1), parameters: Parameters(for: Zoo.model("tiny")))
    }
  }

  @Test func statisticsOfOneNumberAreRefused() throws {
    let model = try Model(Input(12, 12)) {
      Flatten()
      Dense(units: 16)
      BatchNorm()
      Dense(units: 10)
    }
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    let runner = try Runner(model.plan(.train(), batch: 8), parameters: parameters)
    let error = #expect(throws: GraphError.self) { try runner.run(Self.data, indices: [0]) }
    #expect(error?.message.contains("norm1 statistics") == true)
    try runner.run(Self.data, indices: [0, 1])
  }

  @Test func initialisers() throws {
    func values(_ initialiser: Initialiser) throws -> [Float] {
      let model = try Model(Input(8, 8)) {
        Flatten()
        Dense(units: 32, initialiser: initialiser)
      }
      let parameters = Parameters(for: model)
      parameters.initialise(seed: 3)
      return try parameters.values(of: "dense1.weight")
    }
    func variance(_ initialiser: Initialiser) throws -> Float {
      let v = try values(initialiser)
      return v.reduce(0) { $0 + $1 * $1 } / Float(v.count)
    }
    #expect(abs(try variance(.glorotUniform) / (2.0 / 96) - 1) < 0.1)
    #expect(abs(try variance(.glorotNormal) / (2.0 / 96) - 1) < 0.1)
    #expect(abs(try variance(.heUniform) / (2.0 / 64) - 1) < 0.1)
    #expect(abs(try variance(.heNormal) / (2.0 / 64) - 1) < 0.1)
    #expect(try values(.zeros).allSatisfy { $0 == 0 })
    #expect(try values(.constant(0.5)).allSatisfy { $0 == 0.5 })
    let rows = try values(.orthogonal())
    for i in 0..<32 {
      for j in 0..<32 {
        let dot = (0..<64).reduce(Float(0)) { $0 + rows[i * 64 + $1] * rows[j * 64 + $1] }
        #expect(abs(dot - (i == j ? 1 : 0)) < 1e-5)
      }
    }
    #expect(abs(naturalLogarithm(10) - 2.302_585_092_994_046) < 1e-15)
  }
}
