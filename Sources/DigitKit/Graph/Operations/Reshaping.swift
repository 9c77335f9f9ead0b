/// A picture as one row of numbers: nothing moves.
struct FlattenOperation: Operation {
  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape { inputs[0].flattened }
  func lower(_ node: Node, into draft: inout Draft) {}
  func isNothing(training: Bool) -> Bool { true }
}

/// Rows and columns of zeros around a picture. A convolution behind it takes them over as its own padding, and then
/// nothing is left of it; elsewhere it is the mean of windows of one pixel, padding counted.
struct ZeroPadding: Operation {
  var margins: Margins

  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    var shape = inputs[0]
    guard !shape.isFlat else {
      throw GraphError(
        layer: layer, got: shape.inWords, needs: "a picture", remedy: "put it before Flatten()")
    }
    shape.height += margins.top + margins.bottom
    shape.width += margins.left + margins.right
    return shape
  }

  private func planShape(_ x: Shape, _ y: Shape) -> PoolPlanShape {
    var s = Pool(kind: .average, size: 1, stride: 1, margins: margins).planShape(x, y)
    s.count_padding = 1
    return s
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let shape = planShape(draft.graph.nodes[node.inputs[0]].shape, node.shape)
    draft.emit(.averagePoolForward, "forward", .pool(shape), [draft.newValue(), x])
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let x = tape.node(id).inputs[0]
    let shape = tape.node(x).shape
    let dx = tape.add(
      PoolBackward(code: .averagePoolBackward, shape: planShape(shape, tape.node(id).shape)),
      for: id, reading: [gradient], shape: shape)
    tape.pass(dx, to: x)
  }
}
