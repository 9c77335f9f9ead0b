import ckernels

/// A trained model for the C core alone: plan, weights, what a picture must look like and the names of
/// classes in one file, which `ck_model_open` reads. docs/model-image.md has its bytes.
public struct ModelImage: Sendable, Equatable {
  /// All of it.
  public let bytes: [UInt8]

  /// An image of a model as it is now. `result` is what a call gives for each picture. Calls may have any
  /// number of pictures; `batch` is how many are taken at a time. `temperature` is told to callers, who
  /// divide logits by it before a softmax; 0: there is none.
  public init(
    of file: ModelFile, result: Wanted = .probabilities, batch: Int = 64, temperature: Float = 0
  ) throws {
    guard file.model.inputs.count == 1, let input = file.model.inputs.first else {
      throw GraphError(
        "a model image reads one array of pictures, the model \"\(file.model.name)\" \(file.model.inputs.count)"
      )
    }
    if let trouble = file.model.trouble(withClasses: file.classes) { throw GraphError(trouble) }
    let plan = try file.model.plan(.predict([result]), batch: batch)
    // A layer's numbers are no classes.
    let values = plan.arrays.first(where: \.isResult)?.values
    let names = values == file.classes.count ? file.classes : []
    var content = ck_model_content()
    content.height = Int32(clamping: input.sourceHeight)
    content.width = Int32(clamping: input.sourceWidth)
    content.temperature = temperature
    let texts = CTexts([file.model.name, file.licence ?? "", file.origin ?? ""] + names)
    bytes = try plan.bytes.withUnsafeBytes { plan in
      try texts.withPointers { texts in
        content.plan = plan.baseAddress
        content.plan_bytes = plan.count
        content.parameters = UnsafePointer(file.parameters.block.floats.baseAddress)
        content.name = texts[0]
        content.licence = texts[1]
        content.origin = texts[2]
        content.class_names = texts.baseAddress.map { $0 + 3 }
        content.classes = Int32(names.count)
        return try ModelImage.write(content)
      }
    }
  }

  /// Writes the file, whole or not at all. Its usual ending is `.ckm`.
  public func write(to path: String) throws { try AtomicFile.write(bytes, to: path) }

  private static func write(_ content: ck_model_content) throws -> [UInt8] {
    var content = content
    var size = 0
    try Engine.check(ck_model_write(&content, nil, 0, &size))
    let block = Block(bytes: size)
    try Engine.check(ck_model_write(&content, block.pointer, size, &size))
    return Array(UnsafeRawBufferPointer(start: block.pointer, count: size))
  }
}

/// Several texts as C takes them.
private struct CTexts {
  private var letters: [CChar] = []
  private var places: [Int] = []

  init(_ texts: [String]) {
    for text in texts {
      places.append(letters.count)
      letters += Array(text.utf8CString)
    }
  }

  func withPointers<R>(
    _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) throws -> R
  ) rethrows -> R {
    try letters.withUnsafeBufferPointer { letters in
      try places.map { place in letters.baseAddress.map { $0 + place } }
        .withUnsafeBufferPointer(body)
    }
  }
}
