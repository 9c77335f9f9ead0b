/// What the planner decides by the sizes of things, for all machines alike, since it decides on bits:
/// lanes, and which layers are shared out by channel. Tiles follow the cache.
enum CostModel {
  /// One lane per 8 images, at most 16: enough for that many threads to share a batch.
  static func lanes(batch: Int) -> Int { max(1, min(batch / 8, 16)) }

  /// A tile of 16 images stays in a second-level cache, and weights of dense layers are read once for all
  /// of them. Tiles may span lanes.
  static func tile(batch: Int) -> Int { min(16, batch) }
}

extension Graph {
  /// Chooses the layers whose channels, instead of images, are shared out: where weights dwarf
  /// activations, a copy of the weight gradient per lane costs more than two meetings.
  mutating func split(batch: Int, lanes: Int, trains: Bool) {
    guard trains else { return }
    for id in nodes.indices {
      guard var layer = nodes[id].operation as? Convolution, !layer.hasPool else { continue }
      let x = nodes[nodes[id].inputs[0]].shape
      let form = ConvolutionForm(layer.planShape(x))
      guard min(form.parts.forward, form.parts.byInput, form.parts.byWeight) > 1 else { continue }
      // Per step: the sums of all lanes are written once and read once; split by channel the
      // activations of the batch go through memory instead of staying in a tile.
      let sums = 2 * form.sums * lanes
      let activations = 4 * 4 * batch * (x.storedCount + nodes[id].shape.storedCount)
      layer.byChannel = sums > activations
      nodes[id].operation = layer
    }
  }
}
