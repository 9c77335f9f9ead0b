/// The average of the weights as a network of its own: what validation measures and `best` holds.
final class AveragedModel {
  /// The averaged weights, as of the last `refresh`.
  let parameters: Parameters
  private let kind: WeightAverage
  private let trainer: Trainer
  private var measurer: Runner?

  init(_ kind: WeightAverage, _ trainer: Trainer, _ current: Parameters) {
    self.kind = kind
    self.trainer = trainer
    parameters = current.copy()
  }

  /// Takes over the average that the optimiser keeps. Statistics that no averaged network ever saw are
  /// gathered anew, by a pass over the training pictures.
  func refresh(
    from runner: Runner, after progress: TrainingProgress, _ arrays: [String: DataArray]
  ) throws {
    guard progress.update > 0 else { return }
    try runner.copyAverage(to: parameters)
    if case .stochastic(let start, _) = kind, progress.update > start, trainer.model.hasStatistics {
      try gatherStatistics(arrays, progress)
    }
  }

  /// The plain mean of the batches' statistics, as `torch.optim.swa_utils.update_bn` takes it. From zero,
  /// one batch moves a running statistic by momentum times its own, so that this much gives it back.
  private func gatherStatistics(
    _ arrays: [String: DataArray], _ progress: TrainingProgress
  ) throws {
    let runner =
      try self.measurer
      ?? Runner(
        trainer.plan, parameters: parameters, threads: trainer.threads)
    self.measurer = runner
    let statistics = parameters.table.filter { $0.kind == .statistic }
    let momenta = trainer.model.statisticMomenta
    let batches = try Batches(
      of: trainer.training.indices, size: trainer.configuration.batchSize,
      seed: trainer.configuration.seed, epoch: 0, shuffled: false)
    var sums = statistics.map { [Double](repeating: 0, count: $0.count) }
    var values = StepValues()
    values.seed = trainer.configuration.seed
    values.update = UInt32(truncatingIfNeeded: progress.update)
    var images = 0
    for number in 0..<batches.count {
      let indices = Array(batches[number])
      // A last batch of one picture may have no variance.
      if number > 0, indices.count == 1 { break }
      for info in statistics {
        try parameters.set(info.name, to: [Float](repeating: 0, count: info.count))
      }
      values.microStep = UInt32(number % 4096)
      try runner.run(
        arrays, indices: indices, phases: number == 0 ? [.prepare, .compute] : .compute,
        values: values)
      for (place, info) in statistics.enumerated() {
        let found = try parameters.values(of: info.name)
        for i in found.indices { sums[place][i] += Double(found[i]) * Double(indices.count) }
      }
      images += indices.count
    }
    for (place, info) in statistics.enumerated() {
      let whole = Double(images) * Double(momenta[info.name] ?? 1)
      try parameters.set(info.name, to: sums[place].map { Float($0 / whole) })
    }
  }
}

extension Model {
  /// How far one batch moves each running statistic.
  var statisticMomenta: [String: Float] {
    var momenta: [String: Float] = [:]
    for node in graph.nodes {
      guard let norm = node.operation as? BatchNormalisation, !norm.isFrozen else { continue }
      for index in node.parameters where graph.parameters[index].kind == .statistic {
        momenta[graph.parameters[index].name] = norm.momentum
      }
    }
    return momenta
  }
}
