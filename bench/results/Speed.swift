import DigitKit
import Foundation

/// Images per second of `Trainer`'s whole loop: orders, events, checks and all, on MNIST's training set.
struct Speed {
  var threads: Int
  var windows = 7

  /// As the peers' figures are taken: optimiser and batch of each network, median of several windows.
  func measure(_ name: String, _ set: ImageSet) throws -> [Double] {
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
    return watch.rates
  }

  /// Counts images in windows of a second; the first is a warm-up.
  private final class Watch: @unchecked Sendable {
    private(set) var rates: [Double] = []
    private let windows: Int
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant?
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
