import Synchronization

/// A trained network that answers: thread-safe, for single images and for any number of them.
public final class Predictor: Sendable {
  /// The plan it runs.
  public let plan: Plan
  /// Numbers of one row of the first result.
  public let valuesPerImage: Int
  private let parameters: Parameters
  private let results: [PlanArray]
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
  /// probabilities unless told otherwise; `threads` for larger batches, 0: as many as there are.
  public init(
    _ model: Model, parameters: Parameters, results: [Wanted] = [.probabilities],
    batch: Int = 64, threads: Int = 0
  ) throws {
    plan = try model.plan(.predict(results), batch: batch)
    self.parameters = parameters.copy()
    self.results = plan.arrays.filter(\.isResult)
    self.threads = threads
    let read = plan.arrays.filter { !$0.isResult }
    guard read.count == 1, let picture = read.first, let first = self.results.first else {
      throw GraphError(
        "a predictor takes one array of pictures, this model \(read.count); run its plan instead")
    }
    self.picture = picture
    valuesPerImage = first.values
  }

  /// The first result for pictures of bytes, image behind image.
  public func predict(_ pictures: [UInt8]) throws -> [Float] {
    try predictAll(pictures)[results[0].name] ?? []
  }

  /// The first result for pictures of numbers, image behind image.
  public func predict(_ pictures: [Float]) throws -> [Float] {
    try predictAll(pictures)[results[0].name] ?? []
  }

  /// All results by name, for pictures of bytes.
  public func predictAll(_ pictures: [UInt8]) throws -> [String: [Float]] {
    try check(pictures.count)
    return try run(DataArray(bytes: pictures, valuesPerItem: picture.values))
  }

  /// All results by name, for pictures of numbers.
  public func predictAll(_ pictures: [Float]) throws -> [String: [Float]] {
    try check(pictures.count)
    return try run(DataArray(floats: pictures, valuesPerItem: picture.values))
  }

  private func check(_ count: Int) throws {
    guard count > 0, count % picture.values == 0 else {
      throw GraphError(
        "pictures: got \(count) numbers, needs a multiple of \(picture.values), one picture")
    }
  }

  /// Threads that a call with so many pictures has work for.
  func threadsAtWork(pictures: Int) -> Int {
    guard pictures > Self.alone else { return 1 }
    let threads = threads > 0 ? threads : Engine.defaultThreads
    return plan.threads(.compute, images: min(pictures, plan.batch), of: threads)
  }

  private func run(_ data: DataArray) throws -> [String: [Float]] {
    let isAlone = data.items <= Self.alone
    let runner = try take(threads: isAlone ? 1 : threads)
    defer { idle.withLock { $0.append(Idle(runner: runner)) } }
    var found: [String: [Float]] = [:]
    for first in stride(from: 0, to: data.items, by: plan.batch) {
      let indices = (first..<min(first + plan.batch, data.items)).map { Int64($0) }
      try runner.run([picture.name: data], indices: indices, phases: .compute)
      for array in results {
        found[array.name, default: []] += try runner.result(array.name, images: indices.count)
      }
    }
    return found
  }

  private func take(threads: Int) throws -> Runner {
    let wanted = threads > 0 ? threads : Engine.defaultThreads
    let free = idle.withLock { idle in
      idle.firstIndex { $0.runner.threads == wanted }.map { idle.remove(at: $0) }
    }
    if let free { return free.runner }
    let runner = try Runner(plan, parameters: parameters, threads: wanted)
    let none = DataArray(
      bytes: [UInt8](repeating: 0, count: picture.values), valuesPerItem: picture.values)
    try runner.run([picture.name: none], indices: [0], phases: .prepare)
    return runner
  }
}
