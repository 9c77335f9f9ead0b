/// `y = a + b`: where branches meet.
struct Sum: Operation {
  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    for input in inputs { try input.needsPadding(layer: layer) }
    guard inputs[0] == inputs[1] else {
      throw GraphError(
        layer: layer, got: "\(inputs[0]) and \(inputs[1])", needs: "two values of one shape",
        remedy: "bring one branch to the other's shape, with Conv2D(channels:kernel: 1) say")
    }
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) { draft.lowerSum(node, "forward") }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    for input in tape.node(id).inputs { tape.pass(gradient, to: input) }
  }
}

extension Draft {
  /// The first operand may be written over; which of the two is first does not matter.
  mutating func lowerSum(_ node: Node, _ what: String) {
    let second = !mayOverwrite(0) && mayOverwrite(1)
    let a = value(node.inputs[second ? 1 : 0])
    let b = value(node.inputs[second ? 0 : 1])
    emit(.sum, what, .rows(node.shape.rows), [newValue(over: second ? 1 : 0), a, b])
  }
}
