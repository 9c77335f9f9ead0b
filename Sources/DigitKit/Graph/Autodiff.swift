/// The backward pass as it is written behind a graph: each node's rule adds nodes.
struct Tape {
  private(set) var graph: Graph
  /// Whether training changes a value, so that its gradient is wanted. No work goes into others.
  private let learns: [Bool]
  private var gradients: [NodeID: NodeID] = [:]
  /// Gradients of parameters over the whole batch: they come together at the end, so that all
  /// threads meet once for them.
  private var deferred: [Node] = []

  private init(_ graph: Graph) {
    self.graph = graph
    var learns: [Bool] = []
    for node in graph.nodes {
      learns.append(
        node.inputs.contains { learns[$0] }
          || node.parameters.contains { graph.parameters[$0].isTrained })
    }
    self.learns = learns
  }

  /// The graph with its backward pass behind it.
  static func differentiated(_ graph: Graph) -> Graph {
    var tape = Tape(graph)
    for id in graph.nodes.indices.reversed() {
      let node = graph.nodes[id]
      // A loss begins: what it gives is itself the gradient of what it reads.
      if let loss = node.operation as? any LossOperation {
        loss.begin(id, on: &tape)
      } else if let gradient = tape.gradients[id] {
        node.operation.differentiate(id, gradient: gradient, on: &tape)
      }
    }
    tape.graph.nodes += tape.deferred
    return tape.graph
  }

  func node(_ id: NodeID) -> Node { graph.nodes[id] }
  func isLearning(_ id: NodeID) -> Bool { learns[id] }
  func isTrained(_ parameter: Int) -> Bool { graph.parameters[parameter].isTrained }

  /// Adds a node of the backward pass on behalf of `id`. Its shape is that of the first value read, unless
  /// told: a gradient may come flattened to a value that is a picture, so what tells channels apart must say.
  mutating func add(
    _ operation: any BackwardOperation, for id: NodeID, reading inputs: [NodeID],
    shape: Shape? = nil, parameters: [Int] = [], partner: NodeID? = nil
  ) -> NodeID {
    graph.nodes.append(
      Node(
        name: graph.nodes[id].name, operation: operation, inputs: inputs,
        shape: shape ?? graph.nodes[inputs[0]].shape, parameters: parameters,
        partner: partner ?? id))
    return graph.nodes.count - 1
  }

  /// Adds a node to the end of the pass.
  mutating func addLast(
    _ operation: any BackwardOperation, for id: NodeID, reading inputs: [NodeID],
    parameters: [Int], partner: NodeID? = nil
  ) {
    deferred.append(
      Node(
        name: graph.nodes[id].name, operation: operation, inputs: inputs,
        shape: graph.nodes[id].shape, parameters: parameters, partner: partner ?? id))
  }

  /// Hands a gradient to a value. Those that meet at a fork are added.
  mutating func pass(_ gradient: NodeID, to id: NodeID) {
    guard learns[id] else { return }
    guard let other = gradients[id] else {
      gradients[id] = gradient
      return
    }
    gradients[id] = add(GradientSum(), for: id, reading: [other, gradient])
  }
}

/// The sum of two gradients of one value.
struct GradientSum: BackwardOperation {
  func lower(_ node: Node, into draft: inout Draft) { draft.lowerSum(node, "gradient sum") }
}
