import DigitKit

/// Images per second of training on MNIST, as the peers' figures are taken: optimiser and batch of each network,
/// several windows of a second.
struct Speed {
  var threads: Int
  var windows: Int

  /// Of each window, ascending.
  func measure(_ name: String, _ set: ImageSet) throws -> [Double] {
    var configuration = TrainingConfiguration()
    if let experiment = Experiment.all.first(where: { $0.name == name }) {
      configuration.batchSize = experiment.configuration.batchSize
      configuration.optimiser = experiment.configuration.optimiser
    }
    if name == "conv3" { configuration.optimiser = .sgd(rate: 1e-3) }
    let speed = try TrainingSpeed(
      try Zoo.model(name), configuration, training: set, threads: threads)
    return try (0..<windows).map { _ in try speed.imagesPerSecond(over: 1) }.sorted()
  }
}
