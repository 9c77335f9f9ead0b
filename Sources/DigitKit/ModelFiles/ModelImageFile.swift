extension ModelImage {
  /// An image of a trained model, with what its file says of classes, licence and origin. Calls may have
  /// any number of pictures; `batch` is how many are taken at a time. `temperature` is told to callers,
  /// who divide logits by it before a softmax; 0: there is none. `CompactImage` makes one of a quarter of the size.
  public init(
    of file: ModelFile, result: Wanted = .probabilities, batch: Int = 64, temperature: Float = 0,
    weightsInBytes: Bool = false, integers: IntegerLayers = IntegerLayers()
  ) throws {
    if let trouble = file.model.trouble(withClasses: file.classes) { throw GraphError(trouble) }
    var notes = Notes()
    notes.licence = file.licence ?? ""
    notes.origin = file.origin ?? ""
    notes.temperature = temperature
    // A layer's numbers are no classes.
    if result == .probabilities || result == .logits { notes.classes = file.classes }
    try self.init(
      file.model, parameters: file.parameters, result: result, batch: batch, notes: notes,
      weightsInBytes: weightsInBytes, integers: integers)
  }

  /// Writes the file, whole or not at all. Its usual ending is `.ckm`.
  public func write(to path: String) throws { try AtomicFile.write(bytes, to: path) }
}
