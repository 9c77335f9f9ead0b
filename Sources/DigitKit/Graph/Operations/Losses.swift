/// Where a gradient begins.
protocol LossOperation: Operation {
  /// Begins the backward pass of what the loss reads.
  func begin(_ id: NodeID, on tape: inout Tape)
}

extension LossOperation {
  /// What a loss gives is the gradient of what it reads.
  func begin(_ id: NodeID, on tape: inout Tape) { tape.pass(id, to: tape.node(id).inputs[0]) }
}

/// What all heads share.
struct HeadInfo: Sendable, Equatable {
  /// The head's name.
  var name: String
  /// The array of labels or targets.
  var array: String
  /// Among several losses.
  var weight: Float = 1
}

/// Softmax, cross-entropy and gradient in one, of one row of logits per image.
///
///     sum += - sum over c of w[c] * t'[c] * log_softmax(x)[c], t' = (1 - s) * t + s / C
struct CrossEntropyLoss: LossOperation {
  var head: HeadInfo
  var smoothing: Float
  var ignoredLabel: Int32?
  /// Whether targets are rows of probabilities instead of labels.
  var isSoft: Bool

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    try inputs[0].needsPadding(layer: layer)
    guard isSoft || inputs[0].pixels == 1 else {
      throw GraphError(
        layer: layer, got: inputs[0].inWords, needs: "one number per class",
        remedy: "end the network with Dense(units: <number of classes>)")
    }
    guard smoothing >= 0, smoothing < 1 else {
      throw GraphError(
        layer: layer, got: "smoothing \(smoothing)", needs: "0 to below 1",
        remedy: "0.1 is a usual value")
    }
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let loss = draft.newLane(.sums)
    let rows = node.shape.rows
    var s = CrossEntropyPlanShape()
    s.rows = rows
    s.smoothing = smoothing
    s.gradient_scale = 1
    s.ignore_index = ignoredLabel ?? .min
    let array = PlanArray(
      name: head.array, type: isSoft ? .floats : .integers, values: isSoft ? node.shape.count : 1,
      isResult: false)
    // Mixup makes labels soft.
    let takesRows = isSoft || draft.mixes
    let targets =
      takesRows
      ? draft.takeTargets(isSoft ? .gatherRows : .labelRows, rows, array) : draft.array(array)
    let dx = draft.isReadLater ? draft.newValue() : .none
    draft.emit(
      takesRows ? .crossEntropyTargets : .crossEntropyLabels, "", .crossEntropy(s),
      [loss, dx, x, targets, draft.parameter(node.parameters.first)],
      layer: draft.report(PlanReport(head: head.name, kind: .loss, weight: head.weight)),
      values: [head.weight])
  }
}

/// Losses by the distance of numbers to targets: squared, absolute, or binary cross-entropy of logits.
struct DistanceLoss: LossOperation {
  enum Kind: Sendable { case squared, rootSquared, absolute, binaryCrossEntropy }
  var head: HeadInfo
  var kind: Kind

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    try inputs[0].needsPadding(layer: layer)
    return inputs[0]
  }

  private var code: Opcode {
    switch kind {
    case .squared, .rootSquared: .meanSquaredError
    case .absolute: .meanAbsoluteError
    case .binaryCrossEntropy: .binaryCrossEntropy
    }
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let loss = draft.newLane(.sums)
    let targets = draft.takeTargets(
      .gatherRows, node.shape.rows,
      PlanArray(name: head.array, type: .floats, values: node.shape.count, isResult: false))
    let dx = draft.isReadLater && kind != .rootSquared ? draft.newValue() : .none
    draft.emit(
      code, "", .rows(node.shape.rows), [loss, dx, x, targets],
      layer: draft.report(
        PlanReport(
          head: head.name, kind: kind == .rootSquared ? .rootLoss : .loss, weight: head.weight)),
      values: [head.weight])
  }

  /// The gradient of a root needs the loss of the whole batch first.
  func begin(_ id: NodeID, on tape: inout Tape) {
    let x = tape.node(id).inputs[0]
    guard tape.isLearning(x) else { return }
    if kind == .rootSquared {
      tape.pass(
        tape.add(RootMeanSquaredBackward(weight: head.weight), for: id, reading: [x]), to: x)
    } else {
      tape.pass(id, to: x)
    }
  }
}

private struct RootMeanSquaredBackward: BackwardOperation {
  var weight: Float

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    draft.emit(
      .rootMeanSquaredErrorBackward, "backward", .rows(node.shape.rows),
      [
        draft.newValue(), x, draft.byproduct(.targets, of: node),
        draft.byproduct(.sums, of: node),
      ],
      values: [weight])
  }
}
