/// What the planner decides by the sizes of things, for all machines alike: lanes and layers that are shared
/// out by channel decide on bits.
enum CostModel {
  /// One lane per 8 images, at most 16: enough for that many threads to share a batch.
  static func lanes(batch: Int) -> Int { max(1, min(batch / 8, 16)) }

  /// A tile of 16 images gives the dense layers enough rows, whatever the lanes: tiles may span them.
  /// Smaller ones, which stay in the second-level cache, made no difference on the networks tried (lenet5 and
  /// keras-cnn, 4 and 8 against 16; 2 MB of cache): the kernels cut their work themselves.
  static func tile(batch: Int) -> Int { min(16, batch) }

  /// Whether a layer is faster in integers when pictures come one at a time. That is where its time in floats goes into
  /// fetching weights: integers fetch a quarter or less (Winograd's form has up to four times the weights), but make no
  /// more products than floats in the same time, and all that the definition has. So: from 1 MB of packed weights on,
  /// with at most two products for each byte. docs/integers.md has the figures.
  static func integersPay(_ work: LayerWork) -> Bool {
    work.weightBytes >= 1 << 20 && work.multiplyAdds <= 2 * work.weightBytes
  }
}

extension Graph {
  /// Chooses the layers that get along without weights packed at four times their size, where predictions come few at a
  /// time.
  mutating func chooseFew(batch: Int) {
    for id in nodes.indices {
      guard var layer = nodes[id].operation as? Convolution, layer.inputStep == nil
      else { continue }
      let x = nodes[nodes[id].inputs[0]].shape
      layer.takesFew = ConvolutionForm.areFew(batch, for: layer.planShape(x))
      nodes[id].operation = layer
    }
  }

  /// Chooses the layers whose channels, instead of images, are shared out. Bytes through memory decide: by image each tile
  /// goes through all weights, and training has sums of the weight gradient for each lane; by channel the activations of
  /// the batch are written and read again, instead of staying in a tile.
  mutating func split(batch: Int, lanes: Int, tile: Int, trains: Bool) {
    for id in nodes.indices {
      if trains { splitDense(id, batch: batch) }
      guard var layer = nodes[id].operation as? Convolution, !layer.hasPool,
        layer.inputStep == nil
      else { continue }
      let x = nodes[nodes[id].inputs[0]].shape
      let form = ConvolutionForm(layer.planShape(x))
      let activations = 4 * batch * (x.storedCount + nodes[id].shape.storedCount)
      if trains {
        guard parameters[nodes[id].parameters[0]].isTrained,
          min(form.parts.forward, form.parts.byInput, form.parts.byWeight) > 1
        else { continue }
        // Sums are written once and read once, activations forward and backward.
        // vgg16 (batch 64, two threads): 216 images/s; 132 with none split, 113 with all.
        layer.byChannel = 2 * form.sums * lanes > 4 * activations
      } else {
        guard form.parts.forward > 1 else { continue }
        // Weights that are used for many pixels hide behind the arithmetic, so they must dwarf the activations.
        layer.byChannel = form.prepared * ((batch + tile - 1) / tile) > 8 * activations
      }
      nodes[id].operation = layer
    }
  }

  /// A dense layer in training: each step its weights are new, and packed by several threads. By image each thread would
  /// read what the others wrote; by channel it reads what it wrote itself, and the activations of all. The smaller of the two
  /// should travel. From 256 KiB on: the threads have to meet before and after.
  private mutating func splitDense(_ id: NodeID, batch: Int) {
    guard var layer = nodes[id].operation as? DenseProduct else { return }
    let (x, y) = (nodes[nodes[id].inputs[0]].shape.storedCount, nodes[id].shape.storedCount)
    layer.byChannel = x * y >= 1 << 16 && x * y > batch * (x + y)
    nodes[id].operation = layer
  }
}
