/// Measures a network on labelled pictures: losses, accuracy, and what it said of each.
///
///     let evaluator = try Evaluator(model, parameters: parameters)
///     try evaluator.measure(LabelledData(mnist.test)).accuracy
///
/// One thread at a time.
public final class Evaluator {
  /// What is measured.
  public let model: Model
  private let parameters: Parameters
  private let batch: Int
  private let threads: Int
  private let runner: Runner

  /// Pictures of a call. Nothing but results is kept from tile to tile, so that more cost next to nothing.
  public static let usualBatch = 256

  /// Measures the parameters as they are now: they are copied.
  public convenience init(
    _ model: Model, parameters: Parameters, batch: Int = Evaluator.usualBatch, threads: Int = 0
  ) throws {
    try self.init(model, sharing: parameters.copy(), batch: batch, threads: threads)
  }

  /// Measures them as they are at each call: for a run that goes on with them.
  init(_ model: Model, sharing parameters: Parameters, batch: Int, threads: Int) throws {
    self.model = model
    self.parameters = parameters
    self.batch = batch
    self.threads = threads
    runner = try Runner(
      model.plan(.measure(), batch: batch), parameters: parameters, threads: threads)
  }

  /// Losses and counts over all pictures that are meant.
  public func measure(_ data: LabelledData) throws -> StepResult {
    try measure(ModelData(data, for: model))
  }

  /// The probabilities of the first head, one row for each picture that is meant, with their labels.
  public func predictions(_ data: LabelledData) throws -> Predictions {
    guard let head = model.heads.first, case .crossEntropy = head.loss else {
      throw GraphError("the first head of \(model.name) has no classes; run its plan instead")
    }
    let data = try ModelData(data, for: model)
    let runner = try Runner(
      model.plan(.measure(results: [.probabilities]), batch: batch), parameters: parameters,
      threads: threads)
    var probabilities: [Float] = []
    probabilities.reserveCapacity(data.indices.count * model.width(of: head))
    _ = try run(runner, data) { images in
      probabilities += try runner.result("probabilities", images: images)
    }
    return try Predictions(
      probabilities: probabilities, labels: data.labels(of: head),
      classes: model.width(of: head))
  }

  func measure(_ data: ModelData) throws -> StepResult { try run(runner, data) { _ in } }

  private func run(
    _ runner: Runner, _ data: ModelData, _ afterBatch: (_ images: Int) throws -> Void
  ) throws -> StepResult {
    try data.withArrays { arrays in
      var total: StepResult?
      for first in stride(from: 0, to: data.indices.count, by: batch) {
        let last = min(first + batch, data.indices.count)
        let result = try runner.run(
          arrays, indices: data.indices[first..<last].map(Int64.init),
          phases: first == 0 ? [.prepare, .compute] : .compute)
        if total == nil { total = result } else { total?.add(result) }
        try afterBatch(last - first)
      }
      guard let total else { throw DataError("there is no picture to measure on") }
      return total
    }
  }
}
