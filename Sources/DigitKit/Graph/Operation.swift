/// One kind of node. A file of `Operations/` has all there is to know of it: the shape it gives, how
/// its gradient comes about, what the C core runs for it, and what that costs.
protocol Operation: Sendable {
  /// The shape of what it gives; an error that names the layer where inputs do not suit.
  func shape(of inputs: [Shape], layer: String) throws -> Shape

  /// Adds the nodes that bring `gradient`, of this node's value, to parameters and inputs.
  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape)

  /// Writes what the C core runs.
  func lower(_ node: Node, into draft: inout Draft)

  /// Multiply-adds for one image, of products alone: additions and functions are not counted.
  func multiplyAdds(_ node: Node) -> Int

  /// Whether this node hands its input on unchanged in such a plan.
  func isNothing(training: Bool) -> Bool

  /// Whether a ReLU behind it acts on what is before it as well: He's first values are for both.
  var passesRectificationOn: Bool { get }
}

extension Operation {
  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {}
  func multiplyAdds(_ node: Node) -> Int { 0 }
  func isNothing(training: Bool) -> Bool { false }
  var passesRectificationOn: Bool { false }
}

/// A node of the backward pass: made by rules, so its shape is known and it has no gradient itself.
protocol BackwardOperation: Operation {}

extension BackwardOperation {
  func shape(of inputs: [Shape], layer: String) throws -> Shape { inputs[0] }
}
