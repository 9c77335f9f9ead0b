/// A dense layer, with the activation that Fusion puts behind it.
///
///     y[o] = bias[o] + sum over i of x[i] * w[o][i]
struct DenseProduct: IntegerOperation {
  var units: Int
  // What the planner decides.
  var activation = FusedActivation.identity
  var slope: Float = 0
  var byChannel = false
  var inputStep: Float?

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    guard inputs[0].isFlat else {
      throw GraphError(
        layer: layer, got: inputs[0].description, needs: "a flat input",
        remedy: "put Flatten() or GlobalAveragePool2D() before it")
    }
    return .flat(units)
  }

  func planShape(_ x: Shape) -> DensePlanShape {
    var s = DensePlanShape()
    s.in = Int32(x.pixels == 1 ? x.channels : x.storedCount)
    s.in_stored = Int32(x.storedCount)
    s.out = Int32(units)
    s.out_stored = Int32(Shape.storedChannels(units))
    s.activation = activation.code
    s.slope = activation == .leakyReLU ? slope : 0
    return s
  }

  func multiplyAdds(_ node: Node) -> Int { inputCount * units }
  /// Set when the node is added.
  var inputCount = 0

  var isPlain: Bool { true }

  func inputsOfSum(reading x: Shape) -> Int { x.storedCount }

  func work(reading x: Shape) -> LayerWork {
    let products = x.storedCount * Shape.storedChannels(units)
    return LayerWork(weightBytes: 4 * products, multiplyAdds: products)
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let shape = PlanShape.dense(planShape(draft.graph.nodes[node.inputs[0]].shape))
    if let inputStep {
      draft.emitIntegers(node, shape, .denseQuantiseWeights, .denseForwardS16, step: inputStep)
      return
    }
    let (prepared, isNew) = draft.packedWeights(.denseForwardPrepare, node.parameters[0])
    if isNew {
      draft.emit(
        .denseForwardPrepare, "prepare", shape, [prepared, draft.parameter(node.parameters[0])],
        stage: .prepare, kind: .parts)
    }
    let x = draft.value(node.inputs[0])
    draft.emit(
      .denseForward, "forward", shape,
      [draft.newValue(), x, prepared, draft.parameter(node.bias)],
      kind: byChannel ? .parts : .tiles)
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    let x = node.inputs[0]
    let dy = tape.throughActivation(activation, slope, of: id, gradient: gradient)
    let shape = planShape(tape.node(x).shape)
    if node.parameters.contains(where: { tape.isTrained($0) }) {
      tape.addLast(
        DenseGradient(shape: shape), for: id, reading: [x, dy], parameters: node.parameters)
    }
    guard tape.isLearning(x) else { return }
    let dx = tape.add(
      DenseBackwardInput(shape: shape, byChannel: byChannel), for: id, reading: [dy],
      shape: tape.node(x).shape, parameters: node.parameters)
    tape.pass(dx, to: x)
  }
}

private struct DenseBackwardInput: BackwardOperation {
  var shape: DensePlanShape
  var byChannel: Bool

  func lower(_ node: Node, into draft: inout Draft) {
    let (prepared, isNew) = draft.packedWeights(.denseBackwardInputPrepare, node.parameters[0])
    if isNew {
      draft.emit(
        .denseBackwardInputPrepare, "prepare back", .dense(shape),
        [prepared, draft.parameter(node.parameters[0])], stage: .prepare, kind: .parts)
    }
    let dy = draft.value(node.inputs[0])
    draft.emit(
      .denseBackwardInput, "backward input", .dense(shape), [draft.newValue(), dy, prepared],
      kind: byChannel ? .parts : .tiles)
  }
}

/// Over the whole batch; or kept for the update, which then computes it row by row.
private struct DenseGradient: BackwardOperation {
  var shape: DensePlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    let weight = node.parameters[0]
    let x = draft.value(node.inputs[0])
    let dy = draft.value(node.inputs[1])
    let dw = draft.gradient(weight)
    if draft.options.fusesUpdate(of: weight) {
      draft.fusedUpdates[weight] = FusedUpdate(shape: shape, x: x, dy: dy, name: node.name)
    } else if dw != .none {
      draft.emit(.denseGradient, "gradient", .dense(shape), [dw, x, dy], kind: .parts)
    }
    let dbias = draft.gradient(node.bias)
    if dbias != .none {
      let rows = RowsPlanShape(rows: 1, channels: shape.out, stored: shape.out_stored)
      draft.emit(.biasGradient, "bias gradient", .rows(rows), [dbias, dy], kind: .parts)
    }
  }
}
