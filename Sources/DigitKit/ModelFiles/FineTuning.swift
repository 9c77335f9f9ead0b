extension ModelFile {
  /// The model with other classes: the last layer of a head, the first unless named, gets as many
  /// outputs and new first values; all else is copied. The record stays behind, since it tells of
  /// another model.
  ///
  ///     let letters = try ModelFile(path: "digits.safetensors").replacingHead(classes: ["A", "B", "C"])
  ///     let model = try letters.model.freezing(["conv*"])
  public func replacingHead(
    _ name: String? = nil, classes names: [String], seed: UInt64 = 0
  ) throws -> ModelFile {
    let last = try model.lastLayer(of: name)
    let isFirst = name == nil || name == model.heads.first?.name
    let new = try model.replacingHead(name, classes: names.count)
    let parameters = Parameters(for: new)
    parameters.initialise(seed: seed)
    try parameters.copy(from: self.parameters, except: [last])
    return ModelFile(
      new, parameters: parameters, classes: isFirst ? names : classes, licence: licence,
      origin: origin, batchesTracked: batchesTracked)
  }
}
