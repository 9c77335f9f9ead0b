/// The place of a node in its graph; also names the value that the node gives.
typealias NodeID = Int

/// One step of a computation: what it does, what it reads, and the shape of what it gives.
struct Node: Sendable {
  /// The layer it belongs to.
  var name: String
  var operation: any Operation
  /// The values it reads.
  var inputs: [NodeID]
  var shape: Shape
  /// Its parameters, as places in `Graph.parameters`.
  var parameters: [Int] = []
  /// Of a node of the backward pass: the node whose by-products it reads, such as a pool's winners.
  var partner: NodeID?
}

/// A computation: nodes that read only earlier ones, and the parameters that they share.
struct Graph: Sendable {
  var nodes: [Node] = []
  var parameters: [ParameterInfo] = []

  /// Adds a node, its shape inferred.
  mutating func append(
    _ operation: any Operation, name: String, inputs: [NodeID], parameters: [Int] = []
  ) throws -> NodeID {
    let shape = try operation.shape(of: inputs.map { nodes[$0].shape }, layer: name)
    try Graph.check(shape, layer: name)
    nodes.append(
      Node(
        name: name, operation: operation, inputs: inputs, shape: shape, parameters: parameters))
    return nodes.count - 1
  }

  /// The limits of the C core, found before sizes are multiplied.
  static func check(_ shape: Shape, layer: String) throws {
    let sides = [shape.height, shape.width, shape.channels]
    guard sides.allSatisfy({ (1...65_536).contains($0) }),
      shape.height * shape.width <= 1 << 28,
      shape.height * shape.width * shape.stored <= 1 << 28
    else {
      throw GraphError(
        layer: layer, got: "\(shape) as its output", needs: "sides from 1 to 65536",
        remedy: "check kernel, stride and sizes of the layers before it")
    }
  }

  /// The nodes that some of `heads` depend on, in their order; ids change.
  func pruned(to heads: [NodeID]) -> Graph {
    var needed = [Bool](repeating: false, count: nodes.count)
    for head in heads { needed[head] = true }
    for id in nodes.indices.reversed() where needed[id] {
      for input in nodes[id].inputs { needed[input] = true }
    }
    return rebuilt { needed[$0] ? nil : .dropped }
  }

  /// What becomes of a node: nothing (`dropped`), or its value is that of an input.
  enum Fate {
    case dropped
    case same(NodeID)
  }

  /// A copy without the nodes that `fate` gives up. Readers of a node that is `.same` as another
  /// read that one instead.
  func rebuilt(_ fate: (NodeID) -> Fate?) -> Graph {
    var result = Graph(parameters: parameters)
    var place = [NodeID?](repeating: nil, count: nodes.count)
    for id in nodes.indices {
      switch fate(id) {
      case .dropped: continue
      case .same(let other): place[id] = place[other]
      case nil:
        var node = nodes[id]
        node.inputs = node.inputs.compactMap { place[$0] }
        place[id] = result.nodes.count
        result.nodes.append(node)
      }
    }
    return result
  }

  /// For each node, the nodes that read it.
  var readers: [[NodeID]] {
    var readers = [[NodeID]](repeating: [], count: nodes.count)
    for id in nodes.indices {
      for input in Set(nodes[id].inputs) { readers[input].append(id) }
    }
    return readers
  }
}
