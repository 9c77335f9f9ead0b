extension ModelFile {
  /// The model with the logits of its first head divided by `temperature`. That happens within the weights of its
  /// last layer, so whatever runs the file, a model image or PyTorch as well, is calibrated without knowing of it.
  ///
  ///     let temperature = Calibration.temperature(of: try evaluator.predictions(validation))
  ///     try file.calibrated(temperature).write(to: "calibrated.safetensors")
  public func calibrated(_ temperature: Double) throws -> ModelFile {
    guard temperature.isFinite, temperature > 0 else {
      throw GraphError("a temperature is above 0, not \(temperature)")
    }
    let last = try model.layerOfLogits()
    var file = self
    file.parameters = parameters.copy()
    for name in model.parameters.map(\.name)
    where ["\(last).weight", "\(last).bias"].contains(name) {
      let values = try parameters.values(of: name)
      try file.parameters.set(name, to: values.map { Float(Double($0) / temperature) })
    }
    file.record?.temperature = temperature * (record?.temperature ?? 1)
    return file
  }
}

extension Model {
  /// The layer that the logits of the first head are the plain outputs of, so that scaling its weights scales them.
  func layerOfLogits() throws -> String {
    let name = try lastLayer(of: nil)
    let record = records.first { $0.name == name }
    let hasActivation =
      switch record?.layer {
      case let dense as Dense: dense.activation != nil
      case let convolution as Conv2D: convolution.activation != nil
      default: true
      }
    let isShared = records.contains { $0.layer?.owner == name }
    guard !hasActivation, !isShared, record?.output == heads.first?.node else {
      throw GraphError(
        "\"\(name)\" is not the last step before the classes, so their confidence cannot be corrected in its "
          + "weights; end the network with a Dense or Conv2D of its own without activation")
    }
    return name
  }
}
