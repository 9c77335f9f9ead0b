/// One update of the weights.
extension TrainingRun {
  /// Update `number` of the epoch: its batches forward and backward, then the optimiser.
  ///
  /// One call where nothing comes between a batch and the update. A loss that is no number does not reach the weights.
  func update(_ number: Int, _ batches: Batches) throws -> TrainingEvent.Step {
    var values = configuration.stepValues(of: trainer.groups, in: state)
    var loss = 0.0
    var images = 0
    var correct: Double?
    for micro in configuration.accumulation.microSteps(
      update: number, batchesInEpoch: batches.count)
    {
      let indices = Array(batches[micro.batch])
      values.microStep = UInt32(micro.number)
      values.lossScale = micro.lossScale
      values.accumulates = micro.accumulates
      var phases: Runner.Phases = micro.number == 0 ? [.prepare, .compute] : .compute
      let updatesAtOnce = micro.updates && penalised.isEmpty
      if updatesAtOnce { phases.insert(.update) }
      let result = try runner.run(
        arrays.holding(indices), indices: indices, phases: phases, values: values)
      guard result.loss.isFinite else { throw try divergence(indices, values) }
      loss += result.loss * Double(indices.count)
      images += indices.count
      if let accuracy = result.accuracy {
        correct = (correct ?? 0) + accuracy * Double(indices.count)
      }
      if micro.updates && !updatesAtOnce {
        for parameter in penalised { parameter.addGradient(runner, parameters) }
        try runner.run([:], indices: indices, phases: .update, values: values)
      }
      state.batches += 1
    }
    state.progress.finishUpdate()
    state.lossSum += loss
    state.lossWeight += Double(images)
    if let correct { state.correct = (state.correct ?? 0) + correct }
    return TrainingEvent.Step(
      progress: state.progress, loss: loss / Double(max(1, images)),
      rate: Double(values.groups[0].rate), images: images,
      accuracy: correct.map { $0 / Double(max(1, images)) })
  }

  // MARK: When numbers are none

  /// Says where it began: the step again, in plain C, looking behind each operation.
  private func divergence(_ indices: [Int64], _ values: StepValues) throws -> Divergence {
    if let name = parameters.firstWithoutNumber {
      return diverged(after: "the update of \(name)")
    }
    let slow = try Runner(
      trainer.plan, parameters: parameters.copy(), threads: trainer.threads,
      instructionSet: "ref")
    var values = values
    values.accumulates = false
    let result = try slow.run(
      arrays.holding(indices), indices: indices, phases: [.prepare, .compute], values: values,
      findFault: true)
    return diverged(after: result.fault?.operation ?? "the loss")
  }

  /// Weights that are about to be kept must be numbers: a loss may still be one when they no longer are.
  func checkNumbers(of weights: Parameters) throws {
    if let name = weights.firstWithoutNumber { throw diverged(after: "the update of \(name)") }
  }

  private func diverged(after operation: String) -> Divergence {
    // The update that is under way, unless it was the one before that did it.
    let isUpdate = operation.hasPrefix("the update of")
    return Divergence(
      update: state.progress.update + (isUpdate ? 0 : 1), operation: operation,
      checkpoint: lastGood)
  }
}

/// A parameter that L1 penalties act on.
struct PenalisedParameter {
  let range: Range<Int>
  let penalties: [L1Penalty]

  static func all(of model: Model, _ penalties: [L1Penalty]) -> [PenalisedParameter] {
    model.parameters.compactMap { info in
      let own = penalties.filter { $0.pattern.matches(info.name) }
      guard info.kind == .weight, info.isTrained, !own.isEmpty else { return nil }
      let first = info.offset / 4
      return PenalisedParameter(range: first..<first + info.layout.storedCount, penalties: own)
    }
  }

  func addGradient(_ runner: Runner, _ parameters: Parameters) {
    runner.withGradients { gradients in
      parameters.withBlock { weights in
        for penalty in penalties {
          penalty.add(
            to: UnsafeMutableBufferPointer(rebasing: gradients[range]),
            weights: UnsafeBufferPointer(rebasing: weights[range]))
        }
      }
    }
  }
}

extension Parameters {
  /// The first parameter that holds NaN or infinity.
  var firstWithoutNumber: String? {
    withBlock { block in
      table.first { info in
        let first = info.offset / 4
        // A sum of zeros times numbers is zero, and NaN if one of them is none: quicker than asking each.
        return block[first..<first + info.layout.storedCount].reduce(Float(0)) { $0 + $1 * 0 } != 0
      }?.name
    }
  }
}
