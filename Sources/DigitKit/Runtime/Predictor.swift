import Synchronization

/// A trained network that answers: thread-safe, for single images and for any number of them.
public final class Predictor: Sendable {
  /// The plan it runs.
  public let plan: Plan
  /// Numbers of one row of the first result.
  public let valuesPerImage: Int
  private let parameters: Parameters
  /// Places among the plan's arrays: of the results, and of the pictures.
  private let results: [Int]
  private let pictures: Int
  private let picture: PlanArray
  private let threads: Int
  /// Runners that no call is using: as many are made as there are calls at a time.
  private let idle = Mutex<[Idle]>([])

  /// Up to this many images a call stays on the caller's thread: waking others takes longer.
  static let alone = 8

  private struct Idle: @unchecked Sendable {
    var runner: Runner
  }

  /// Makes ready a model with the parameters as they are now: they are copied. `results` are
  /// probabilities unless told otherwise; `threads` for larger batches, 0: as many as there are. `batch` is how many pictures
  /// go through the network at a time: with 1, a wide network keeps a third of the memory and answers for one picture sooner.
  public init(
    _ model: Model, parameters: Parameters, results: [Wanted] = [.probabilities],
    batch: Int = 64, threads: Int = 0
  ) throws {
    plan = try model.plan(.predict(results), batch: batch)
    self.parameters = parameters.copy()
    let arrays = plan.arrays
    self.results = arrays.indices.filter { arrays[$0].isResult }
    self.threads = threads
    let read = arrays.indices.filter { !arrays[$0].isResult }
    guard read.count == 1, let pictures = read.first, let first = self.results.first else {
      throw GraphError(
        "a predictor takes one array of pictures, this model \(read.count); run its plan instead")
    }
    self.pictures = pictures
    picture = arrays[pictures]
    valuesPerImage = arrays[first].values
  }

  /// The first result for pictures of bytes, image behind image.
  public func predict(_ pictures: [UInt8]) throws -> [Float] {
    try firstResult(for: pictures, .bytes)
  }

  /// The first result for pictures of numbers, image behind image.
  public func predict(_ pictures: [Float]) throws -> [Float] {
    try firstResult(for: pictures, .floats)
  }

  /// All results by name, for pictures of bytes.
  public func predictAll(_ pictures: [UInt8]) throws -> [String: [Float]] {
    try allResults(for: pictures, .bytes)
  }

  /// All results by name, for pictures of numbers.
  public func predictAll(_ pictures: [Float]) throws -> [String: [Float]] {
    try allResults(for: pictures, .floats)
  }

  /// Threads that a call with so many pictures has work for.
  func threadsAtWork(pictures: Int) -> Int {
    guard pictures > Self.alone else { return 1 }
    let threads = threads > 0 ? threads : Engine.defaultThreads
    return plan.threads(.compute, images: min(pictures, plan.batch), of: threads)
  }

  private func firstResult<Value>(for pictures: [Value], _ type: ElementType) throws -> [Float] {
    let first = results[0]
    var found: [Float] = []
    try run(pictures, type) { runner, images in
      found += runner.result(first, images: images)
    }
    return found
  }

  private func allResults<Value>(
    for pictures: [Value], _ type: ElementType
  ) throws -> [String: [Float]] {
    var found: [String: [Float]] = [:]
    try run(pictures, type) { runner, images in
      for place in results {
        found[plan.arrays[place].name, default: []] += runner.result(place, images: images)
      }
    }
    return found
  }

  /// Runs the plan on pictures of which `Value` is a number, a batch at a time; `body` takes what it gave.
  private func run<Value>(
    _ given: [Value], _ type: ElementType, body: (_ runner: Runner, _ images: Int) -> Void
  ) throws {
    let count = try count(of: given.count, type)
    let runner = try take(threads: count <= Self.alone ? 1 : threads)
    defer { idle.withLock { $0.append(Idle(runner: runner)) } }
    try given.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      for first in stride(from: 0, to: count, by: plan.batch) {
        let images = min(plan.batch, count - first)
        try runner.predict(start + first * (bytes.count / count), images: images, as: pictures)
        body(runner, images)
      }
    }
  }

  /// How many pictures so many numbers are.
  private func count(of numbers: Int, _ type: ElementType) throws -> Int {
    guard numbers > 0, numbers % picture.values == 0 else {
      throw GraphError(
        "pictures: got \(numbers) numbers, needs a multiple of \(picture.values), one picture")
    }
    guard type == picture.type else {
      throw GraphError(
        "pictures: got \(type), needs \(picture.type), as the network reads them")
    }
    return numbers / picture.values
  }

  private func take(threads: Int) throws -> Runner {
    let wanted = threads > 0 ? threads : Engine.defaultThreads
    let free = idle.withLock { idle in
      idle.lastIndex { $0.runner.threads == wanted }.map { idle.remove(at: $0) }
    }
    if let free { return free.runner }
    let runner = try Runner(plan, parameters: parameters, threads: wanted)
    try runner.run([:], indices: [0], phases: .prepare)
    return runner
  }
}
