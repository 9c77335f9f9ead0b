/// Values of one height and width, their channels one behind the other.
struct Concatenation: Operation {
  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    var channels = 0
    for input in inputs {
      try input.needsPadding(layer: layer)
      guard input.height == inputs[0].height, input.width == inputs[0].width,
        input.isFlat == inputs[0].isFlat, !input.isFlat || input.pixels == 1
      else {
        throw GraphError(
          layer: layer, got: inputs.map(\.description).joined(separator: " and "),
          needs: "values of one height and width",
          remedy: "use padding: .same or pools to bring branches to one size")
      }
      channels += input.channels
    }
    return inputs[0].isFlat
      ? .flat(channels) : .image(inputs[0].height, inputs[0].width, channels)
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let y = draft.newValue()
    for (input, part) in zip(node.inputs, parts(node, draft.graph)) {
      draft.emit(.concatenateForward, "forward", .concatenate(part), [y, draft.value(input)])
    }
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    for (input, part) in zip(node.inputs, parts(node, tape.graph)) where tape.isLearning(input) {
      let dx = tape.add(
        ConcatenationBackward(part: part), for: id, reading: [gradient],
        shape: tape.node(input).shape)
      tape.pass(dx, to: input)
    }
  }

  private func parts(_ node: Node, _ graph: Graph) -> [ConcatenatePlanShape] {
    var offset = 0
    return node.inputs.map { input in
      let x = graph.nodes[input].shape
      defer { offset += x.channels }
      return ConcatenatePlanShape(
        rows: Int64(x.pixels), channels: Int32(x.channels), stored: Int32(x.stored),
        offset: Int32(offset), total: Int32(node.shape.channels),
        total_stored: Int32(node.shape.stored))
    }
  }
}

private struct ConcatenationBackward: BackwardOperation {
  var part: ConcatenatePlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    let dy = draft.value(node.inputs[0])
    draft.emit(.concatenateBackward, "backward", .concatenate(part), [draft.newValue(), dy])
  }
}
