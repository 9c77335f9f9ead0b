/// Layer normalisation over the channels of each row.
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
struct LayerNormalisation: Operation {
  var epsilon: Float

  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    _ = try inputs[0].normRows(layer: layer)
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let y = draft.newValue()
    let mean = draft.newImages(.mean)
    let inverse = draft.newImages(.inverse)
    draft.emit(
      .layerNormForward, "forward", .rows(node.shape.channelRows),
      [
        y, mean, inverse, x, draft.parameter(node.parameters[0]),
        draft.parameter(node.parameters[1]),
      ], values: [epsilon])
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    let x = node.inputs[0]
    let dx = tape.add(
      LayerNormalisationBackward(), for: id, reading: [gradient, x], shape: tape.node(x).shape,
      parameters: node.parameters)
    if node.parameters.contains(where: { tape.isTrained($0) }) {
      tape.addLast(
        LayerNormalisationGradient(), for: id, reading: [], parameters: node.parameters,
        partner: dx)
    }
    tape.pass(dx, to: x)
  }
}

private struct LayerNormalisationBackward: BackwardOperation {
  func lower(_ node: Node, into draft: inout Draft) {
    let dy = draft.value(node.inputs[0])
    let x = draft.value(node.inputs[1])
    let dx = draft.newValue()
    draft.emit(
      .layerNormBackward, "backward", .rows(node.shape.channelRows),
      [
        dx, draft.newLane(.sums), draft.newLane(.biasSums), dy, x,
        draft.byproduct(.mean, of: node), draft.byproduct(.inverse, of: node),
        draft.parameter(node.parameters[0]),
      ])
  }
}

/// The sums of all lanes, in order.
private struct LayerNormalisationGradient: BackwardOperation {
  func lower(_ node: Node, into draft: inout Draft) {
    for (parameter, sums) in zip(node.parameters, [Byproduct.sums, .biasSums]) {
      let gradient = draft.gradient(parameter)
      guard gradient != .none else { continue }
      let count = draft.graph.parameters[parameter].layout.storedCount
      draft.emit(
        .laneSum, "gradient", .flat(count), [gradient, draft.byproduct(sums, of: node)],
        kind: .parts)
    }
  }
}
