/// Makes one node of several: what nobody else reads in between is then never written to memory.
///
/// - convolution + ReLU + 2x2 maximum, in either order of the last two
/// - convolution or dense layer + ReLU or leaky ReLU
/// - batch normalisation + ReLU
extension Graph {
  /// The graph with its layers fused.
  func fused() -> Graph {
    var graph = self
    let readers = readers
    // For a node that was taken in, the node that gives its value now.
    var host: [NodeID: NodeID] = [:]
    for id in graph.nodes.indices {
      guard graph.nodes[id].inputs.count == 1, let input = graph.nodes[id].inputs.first,
        readers[input].count == 1
      else { continue }
      let target = host[input] ?? input
      guard let wider = graph.nodes[target].operation.taking(in: graph.nodes[id]) else { continue }
      graph.nodes[target].operation = wider
      graph.nodes[target].shape = graph.nodes[id].shape
      host[id] = target
    }
    return graph.rebuilt { id in host[id].map { .same($0) } }
  }
}

extension Operation {
  /// This operation with the one behind it taken in, if that can be.
  fileprivate func taking(in next: Node) -> (any Operation)? {
    switch (self, next.operation) {
    case (var layer as Convolution, let function as Elementwise):
      guard layer.activation == .identity, let activation = function.fused else { return nil }
      // The kernels know only ReLU behind a pool.
      if layer.hasPool && activation != .relu { return nil }
      layer.activation = activation
      layer.slope = function.function.slope
      return layer
    case (var layer as Convolution, let pool as Pool):
      // The kernels in integers know no pool.
      guard !layer.hasPool, !layer.byChannel, layer.inputStep == nil,
        layer.activation != .leakyReLU, pool.isPlainPair
      else { return nil }
      layer.hasPool = true
      return layer
    case (var layer as DenseProduct, let function as Elementwise):
      guard layer.activation == .identity, let activation = function.fused else { return nil }
      layer.activation = activation
      layer.slope = function.function.slope
      return layer
    case (var norm as BatchNormalisation, let function as Elementwise):
      guard !norm.hasReLU, function.function == .relu else { return nil }
      norm.hasReLU = true
      return norm
    default: return nil
    }
  }
}

extension Elementwise {
  /// As a layer with a product computes it by the way.
  fileprivate var fused: FusedActivation? {
    switch function {
    case .relu: .relu
    case .leakyReLU: .leakyReLU
    default: nil
    }
  }
}
