/// Dropout in its three forms: single numbers, whole channels, squares. What falls out depends on the key
/// alone, so the backward pass is the same operation on the gradient. Nothing happens outside of training.
struct Dropping: Operation {
  enum Kind: Sendable, Equatable {
    case elements
    case channels
    /// Squares of so many pixels.
    case blocks(side: Int)
  }
  var kind: Kind
  var rate: Float
  /// Names the random numbers.
  var number: Int32

  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    let x = inputs[0]
    if kind == .elements {
      _ = try x.rows(layer: layer)
    } else {
      try x.needsPadding(layer: layer)
    }
    guard rate >= 0, rate <= 0.99 else {
      throw GraphError(
        layer: layer, got: "rate \(rate)", needs: "0 to 0.99",
        remedy: "the rate is the part that falls out")
    }
    if case .blocks(let side) = kind, !(1...64).contains(side) || x.isFlat {
      throw GraphError(
        layer: layer, got: "squares of \(side) in \(x.inWords)",
        needs: "a picture and squares of 1 to 64", remedy: "use Dropout on flat values")
    }
    return x
  }

  func isNothing(training: Bool) -> Bool { !training || rate == 0 }

  func lower(_ node: Node, into draft: inout Draft) { emit(node, "forward", into: &draft) }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let dx = tape.add(DroppingBackward(drop: self), for: id, reading: [gradient])
    tape.pass(dx, to: tape.node(id).inputs[0])
  }

  fileprivate func emit(_ node: Node, _ what: String, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let y = draft.newValue(over: 0)
    let s = node.shape
    let images = ImagesPlanShape(
      images: 0, height: Int32(s.height), width: Int32(s.width), channels: Int32(s.channels),
      stored: Int32(s.stored))
    switch kind {
    case .elements:
      draft.emit(.dropout, what, .rows(s.rows), [y, x], layer: number, values: [rate])
    case .channels:
      draft.emit(.channelDropout, what, .images(images), [y, x], layer: number, values: [rate])
    case .blocks(let side):
      draft.emit(
        .dropBlock, what, .images(images), [y, x], layer: number, option: Int32(side),
        values: [rate])
    }
  }
}

private struct DroppingBackward: BackwardOperation {
  var drop: Dropping
  func lower(_ node: Node, into draft: inout Draft) { drop.emit(node, "backward", into: &draft) }
}
