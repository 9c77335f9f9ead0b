extension Model {
  /// The network described anew, layer by layer: `change` gives what stands in a layer's place, or nil
  /// where its input passes through. Names stay, and which parameters are trained.
  func rewritten(
    heads change: (Head) -> Loss? = { $0.loss },
    layers: (LayerRecord, any NamedLayer) throws -> (any NamedLayer)?
  ) throws -> Model {
    let model = try Model(name: name) { network in
      var values: [NodeID: Value] = [:]
      for record in records {
        if let input = record.input {
          values[record.output] = try network.input(input)
          continue
        }
        let inputs = record.inputs.compactMap { values[$0] }
        guard let layer = record.layer, let first = inputs.first else { continue }
        if var layer = try layers(record, layer) {
          layer.name = record.name
          values[record.output] = try network.add(layer, to: inputs)
        } else {
          values[record.output] = first
        }
      }
      for head in heads {
        guard let value = values[head.node] else { continue }
        try network.head(
          value, loss: change(head), name: head.name, target: head.target, weight: head.weight)
      }
    }
    let frozen = Set(parameters.filter { !$0.isTrained }.map(\.name))
    let known = Set(parameters.map(\.name))
    return model.freezing { frozen.contains($0) }
      .thawing { known.contains($0) && !frozen.contains($0) }
  }
}
