/// Batch normalisation, per channel: with the batch's own mean and variance while training, else with
/// the running ones, as a scale and a shift that are computed once.
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, and max(0, ·) where Fusion says so
struct BatchNormalisation: Operation {
  var epsilon: Float
  /// Of the running statistics, towards those of the batch.
  var momentum: Float
  /// Whether running statistics are used in training too, and kept.
  var isFrozen: Bool
  var hasReLU = false

  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    _ = try inputs[0].normRows(layer: layer)
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let rows = PlanShape.rows(node.shape.channelRows)
    let x = draft.value(node.inputs[0])
    let scale = draft.newShared(.scale)
    let shift = draft.newShared(.shift)
    let p = node.parameters.map { draft.parameter($0) }
    if draft.trains && !isFrozen {
      let moments = draft.newImages(.other)
      let mean = draft.newShared(.mean)
      let variance = draft.newShared(.variance)
      draft.emit(.batchNormMoments, "moments", rows, [moments, x])
      draft.emit(
        .batchNormStatistics, "statistics", rows,
        [mean, variance, scale, shift, moments, p[2], p[3], p[0], p[1]], kind: .parts,
        values: [epsilon, momentum])
    } else {
      draft.emit(
        .batchNormAffine, "prepare", rows, [scale, shift, p[2], p[3], p[0], p[1]],
        stage: .prepare, kind: .parts, values: [epsilon])
    }
    draft.emit(
      .batchNormApply, "forward", rows, [draft.newValue(over: 0), x, scale, shift],
      option: (hasReLU ? FusedActivation.relu : .identity).code)
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    let x = node.inputs[0]
    let dy = tape.throughActivation(hasReLU ? .relu : .identity, 0, of: id, gradient: gradient)
    let wantsInput = tape.isLearning(x)
    let dx = tape.add(
      BatchNormalisationBackward(norm: self, wantsInput: wantsInput), for: id, reading: [dy, x],
      shape: tape.node(x).shape, parameters: node.parameters)
    if wantsInput { tape.pass(dx, to: x) }
  }
}

/// Given statistics are the same operations, with what depends on x left out.
private struct BatchNormalisationBackward: BackwardOperation {
  var norm: BatchNormalisation
  var wantsInput: Bool

  func lower(_ node: Node, into draft: inout Draft) {
    let rows = PlanShape.rows(node.shape.channelRows)
    let dy = draft.value(node.inputs[0])
    let x = draft.value(node.inputs[1])
    let p = node.parameters
    let mean = norm.isFrozen ? draft.parameter(p[2]) : draft.byproduct(.mean, of: node)
    let variance = norm.isFrozen ? draft.parameter(p[3]) : draft.byproduct(.variance, of: node)
    let sums = draft.newImages(.other)
    let byDy = draft.newShared(.scale)
    let byX = draft.newShared(.shift)
    let constant = draft.newShared(.inverse)
    draft.emit(.batchNormBackwardSums, "backward sums", rows, [sums, dy, x, mean])
    draft.emit(
      .batchNormBackwardCombine, "combine", rows,
      [
        byDy, byX, constant, sums, mean, variance, draft.parameter(p[0]), draft.gradient(p[0]),
        draft.gradient(p[1]),
      ], kind: .parts, option: norm.isFrozen ? 1 : 0, values: [norm.epsilon])
    guard wantsInput else { return }
    draft.emit(
      .batchNormBackwardApply, "backward input", rows,
      [draft.newValue(over: 0), dy, x, byDy, byX, constant])
  }
}

extension Shape {
  /// Its rows where channels are told apart. A flattened picture is one row of all its numbers, which
  /// needs channels without padding.
  var channelRows: RowsPlanShape {
    isFlat
      ? RowsPlanShape(rows: 1, channels: Int32(count), stored: Int32(storedCount)) : rows
  }

  /// The same, or an error that names the layer.
  func normRows(layer: String) throws -> RowsPlanShape {
    try needsPadding(layer: layer)
    guard !isFlat || storedCount == Shape.storedChannels(count) else {
      throw GraphError(
        layer: layer, got: inWords, needs: "channels in multiples of 16 behind Flatten()",
        remedy: "put it before Flatten()")
    }
    return channelRows
  }
}
