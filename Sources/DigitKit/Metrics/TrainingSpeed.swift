import Synchronization

/// How fast `Trainer`'s whole loop is: orders, events, checks and all.
public struct TrainingSpeed: Sendable {
  private let trainer: Trainer

  /// Of training so, but without its budget and in full batches alone.
  public init(
    _ model: Model, _ configuration: TrainingConfiguration, training: ImageSet,
    parameters: Parameters? = nil, threads: Int = 0
  ) throws {
    var endless = configuration
    endless.budget = Budget(epochs: .max)
    endless.dropsLast = true
    trainer = try Trainer(
      model, endless, training: LabelledData(training), parameters: parameters, threads: threads)
  }

  /// Threads that share the pictures of a step: no more than there are lanes.
  var threadsAtWork: Int {
    let threads = trainer.threads > 0 ? trainer.threads : Engine.defaultThreads
    let plan = trainer.plan
    let most = min(threads, plan.layout.lanes)
    return plan.threads([.prepare, .compute], images: plan.batch, of: most)
  }

  /// Trains anew for so long, after a moment that is not counted: images per second. What `check` throws, which
  /// is asked at each step, ends it.
  public func imagesPerSecond(
    over seconds: Double, check: @escaping @Sendable () throws -> Void = {}
  ) throws -> Double {
    let watch = Mutex(Watch(warmUp: min(0.2, seconds / 2), seconds: seconds))
    try trainer.run { event in
      guard case .step(let step) = event else { return .goOn }
      try check()
      return watch.withLock { $0.isOver(after: step.images) } ? .stop : .goOn
    }
    return watch.withLock { $0.rate }
  }

  /// Counts images from the first step behind the warm-up on.
  private struct Watch {
    var warmUp: Double
    var seconds: Double
    private(set) var rate = 0.0
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private var counted: (since: ContinuousClock.Instant, images: Int)?

    init(warmUp: Double, seconds: Double) {
      self.warmUp = warmUp
      self.seconds = seconds
      began = clock.now
    }

    mutating func isOver(after images: Int) -> Bool {
      let now = clock.now
      guard var counted else {
        if (now - began) / .seconds(1) >= warmUp { self.counted = (now, 0) }
        return false
      }
      counted.images += images
      self.counted = counted
      let passed = (now - counted.since) / .seconds(1)
      guard passed >= seconds else { return false }
      rate = Double(counted.images) / passed
      return true
    }
  }
}
