/// The average of the weights as a network of its own: what validation measures and `best` holds.
final class AveragedModel {
  /// The averaged weights, as of the last `refresh`.
  let parameters: Parameters
  private let kind: WeightAverage
  private let trainer: Trainer
  private var statisticsPass: StatisticsPass?

  init(_ kind: WeightAverage, _ trainer: Trainer, _ current: Parameters) {
    self.kind = kind
    self.trainer = trainer
    parameters = current.copy()
  }

  /// Takes over the average that the optimiser keeps. Statistics that no averaged network ever saw are
  /// gathered anew, by a pass over the training pictures.
  func refresh(
    from runner: Runner, after progress: TrainingProgress, _ arrays: BatchArrays
  ) throws {
    guard progress.update > 0 else { return }
    try runner.copyAverage(to: parameters)
    if case .stochastic(let start, _) = kind, progress.update > start, trainer.model.hasStatistics {
      try gatherStatistics(arrays, progress)
    }
  }

  private func gatherStatistics(
    _ arrays: BatchArrays, _ progress: TrainingProgress
  ) throws {
    let pass =
      try statisticsPass
      ?? StatisticsPass(trainer.model, trainer.plan, parameters, threads: trainer.threads)
    statisticsPass = pass
    let batches = try trainer.training.batchesToLookAt(trainer.configuration)
    var values = StepValues()
    values.seed = trainer.configuration.seed
    values.update = UInt32(truncatingIfNeeded: progress.update)
    try pass.run(arrays, batches, values)
  }
}
