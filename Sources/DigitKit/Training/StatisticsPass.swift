/// Takes the running statistics of batch normalisations anew, by a pass over pictures: the plain mean of what the
/// batches give, as `torch.optim.swa_utils.update_bn` has it.
final class StatisticsPass {
  private let runner: Runner
  private let momenta: [String: Float]

  /// Of `parameters`, where the statistics are kept. `plan` is one that trains; its update is left out.
  init(_ model: Model, _ plan: Plan, _ parameters: Parameters, threads: Int) throws {
    runner = try Runner(plan, parameters: parameters, threads: threads)
    momenta = model.statisticMomenta
  }

  /// From zero, one batch moves a running statistic by momentum times its own, so that this much gives it back.
  func run(_ arrays: BatchArrays, _ batches: Batches, _ first: StepValues) throws {
    let parameters = runner.parameters
    let statistics = parameters.table.filter { momenta[$0.name] != nil }
    var sums = statistics.map { [Double](repeating: 0, count: $0.count) }
    var values = first
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
        arrays.holding(indices), indices: indices,
        phases: number == 0 ? [.prepare, .compute] : .compute,
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

extension ModelFile {
  /// The model with the statistics of its batch normalisations taken once more as prediction meets them: of pictures
  /// as they are, without dropout. What falls out makes a normalisation see more variance while training than it
  /// sees later (Li et al. 2018), so the statistics that training leaves are too wide.
  ///
  ///     try file.withStatistics(of: training).write(to: "model.safetensors")
  public func withStatistics(of data: LabelledData, threads: Int = 0) throws -> ModelFile {
    var file = self
    file.parameters = parameters.copy()
    guard !model.statisticMomenta.isEmpty else { return file }
    let still = try model.withoutDropout()
    let plan = try still.plan(.train(TrainingOptions(rule: .sgd())), batch: 256)
    let pass = try StatisticsPass(still, plan, file.parameters, threads: threads)
    let pictures = try ModelData(data, for: still)
    let batches = try Batches(of: pictures.indices, size: plan.batch, seed: 0, epoch: 0)
    try pictures.withArrays(threads: threads) { try pass.run($0, batches, StepValues()) }
    return file
  }
}

extension Model {
  /// How far one batch moves each running statistic; those of frozen normalisations stay as they are.
  fileprivate var statisticMomenta: [String: Float] {
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
