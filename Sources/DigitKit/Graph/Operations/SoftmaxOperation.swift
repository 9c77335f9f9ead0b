/// `y = exp(x) / sum over channels of exp(x)`, or its logarithm.
struct SoftmaxOperation: Operation {
  var isLogarithm = false

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    _ = try inputs[0].normRows(layer: layer)
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    draft.emit(
      isLogarithm ? .logSoftmaxForward : .softmaxForward, "forward",
      .rows(node.shape.channelRows), [draft.newValue(over: 0), x])
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let dx = tape.add(
      SoftmaxBackward(isLogarithm: isLogarithm), for: id, reading: [gradient, id])
    tape.pass(dx, to: tape.node(id).inputs[0])
  }
}

private struct SoftmaxBackward: BackwardOperation {
  var isLogarithm: Bool

  func lower(_ node: Node, into draft: inout Draft) {
    let dy = draft.value(node.inputs[0])
    let y = draft.value(node.inputs[1])
    draft.emit(
      isLogarithm ? .logSoftmaxBackward : .softmaxBackward, "backward",
      .rows(node.shape.channelRows), [draft.newValue(over: 0), dy, y])
  }
}
