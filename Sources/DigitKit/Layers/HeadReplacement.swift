extension Model {
  /// The model with another number of classes in a head, its first unless named: the last layer with
  /// weights before it gets as many outputs. Everything else stays, weights of classes in the loss aside.
  public func replacingHead(_ name: String? = nil, classes: Int) throws -> Model {
    let last = try lastLayer(of: name)
    let head = try head(named: name)
    return try rewritten(heads: { $0.name == head.name ? $0.lossForAnyClasses : $0.loss }) {
      record, layer in
      guard record.name == last else { return layer }
      switch layer {
      case var dense as Dense:
        dense.units = classes
        return dense
      case var convolution as Conv2D:
        convolution.channels = classes
        return convolution
      default: return layer
      }
    }
  }

  /// The name of the layer whose outputs a head's classes are.
  func lastLayer(of headName: String?) throws -> String {
    let head = try head(named: headName)
    let makers = Dictionary(records.map { ($0.output, $0) }) { first, _ in first }
    var place = head.node
    while let record = makers[place] {
      let readers = records.filter { $0.inputs.contains(place) }.count
      let heads = heads.filter { $0.node == place }.count
      guard readers + heads == 1 else {
        throw GraphError(
          "head \"\(head.name)\": \"\(record.name)\" is read by others as well, so its classes cannot "
            + "be replaced; describe the network anew and copy the other parameters")
      }
      if let layer = record.layer, layer.hasOutputsOfItsOwn { return record.name }
      let isOther = record.layer is Dense || record.layer is Conv2D
      guard !isOther, record.inputs.count == 1, let input = record.inputs.first else { break }
      place = input
    }
    throw GraphError(
      "head \"\(head.name)\": no Dense or Conv2D of its own is before it whose outputs are its classes; "
        + "describe the network anew and copy the other parameters")
  }

  private func head(named name: String?) throws -> Head {
    guard let head = name == nil ? heads.first : heads.first(where: { $0.name == name }) else {
      let name = name ?? ""
      throw GraphError("there is no head \"\(name)\"\(nearest(name, in: heads.map(\.name)))")
    }
    return head
  }
}

extension Head {
  /// Its loss without what counts classes.
  fileprivate var lossForAnyClasses: Loss? {
    if case .crossEntropy(let smoothing, _, let ignored) = loss {
      .crossEntropy(smoothing: smoothing, ignoring: ignored)
    } else {
      loss
    }
  }
}

extension NamedLayer {
  /// Whether it has weights that nobody else has, and as many outputs as it is told.
  fileprivate var hasOutputsOfItsOwn: Bool {
    switch self {
    case let dense as Dense: dense.sharing == nil
    case let convolution as Conv2D: convolution.sharing == nil && convolution.groups == 1
    default: false
    }
  }
}
