import DigitKit
import Foundation

/// Images per second of `Trainer`'s whole loop: orders, events, checks and all, on MNIST's training set.
struct Speed {
  var threads: Int
  var windows: Int

  /// Images per second.
  struct Rates {
    /// Of windows of a second, ascending.
    var windows: [Double]
    /// By the median time from step to step: comparable with a benchmark's median on a busy machine.
    var median: Double
  }

  /// As the peers' figures are taken: optimiser and batch of each network, several windows.
  func measure(_ name: String, _ set: ImageSet) throws -> Rates {
    var configuration = TrainingConfiguration()
    configuration.budget = Budget(epochs: 1_000)
    if let experiment = Experiment.all.first(where: { $0.name == name }) {
      configuration.batchSize = experiment.configuration.batchSize
      configuration.optimiser = experiment.configuration.optimiser
    }
    if name == "conv3" { configuration.optimiser = .sgd(rate: 1e-3) }
    let trainer = try Trainer(
      try Zoo.model(name), configuration, training: set, threads: threads)
    let watch = Watch(windows: windows)
    _ = try trainer.run { event in
      if case .step(let step) = event { return watch.step(step.images) ? .stop : .goOn }
      return .goOn
    }
    let steps = watch.steps.sorted()
    return Rates(
      windows: watch.rates.sorted(),
      median: Double(configuration.batchSize) / steps[steps.count / 2])
  }

  /// Counts images in windows of a second; the first is a warm-up.
  private final class Watch: @unchecked Sendable {
    private(set) var rates: [Double] = []
    private(set) var steps: [Double] = []
    private let windows: Int
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?
    private var images = 0
    private var isWarm = false

    init(windows: Int) { self.windows = windows }

    func step(_ count: Int) -> Bool {
      guard let begin = start else {
        start = clock.now
        return false
      }
      images += count
      let now = clock.now
      if isWarm, let last { steps.append((now - last) / .seconds(1)) }
      last = now
      let seconds = (now - begin) / .seconds(1)
      guard seconds >= 1 else { return false }
      if isWarm { rates.append(Double(images) / seconds) }
      isWarm = true
      images = 0
      start = now
      return rates.count == windows
    }
  }
}
