/// Counts the rows whose largest number is at the label.
struct CountCorrect: Operation {
  var head: HeadInfo
  var ignoredLabel: Int32?

  func shape(of inputs: [Shape], layer: String) throws -> Shape { inputs[0] }

  func lower(_ node: Node, into draft: inout Draft) {
    let labels = draft.array(
      PlanArray(name: head.array, type: .integers, values: 1, isResult: false))
    draft.emit(
      .countCorrect, "", .rows(node.shape.rows),
      [draft.newLane(.sums), draft.value(node.inputs[0]), labels],
      layer: draft.report(PlanReport(head: head.name, kind: .correct, weight: 1)),
      option: ignoredLabel ?? .min)
  }
}

/// Writes a value to the caller's array, in the order of the batch.
struct Output: Operation {
  var result: String

  func shape(of inputs: [Shape], layer: String) throws -> Shape { inputs[0] }

  func lower(_ node: Node, into draft: inout Draft) {
    let array = draft.array(
      PlanArray(name: result, type: .floats, values: node.shape.count, isResult: true))
    draft.emit(
      .writeRows, "write", .rows(node.shape.rows), [array, draft.value(node.inputs[0])])
  }
}
