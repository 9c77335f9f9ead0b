import ckernels

/// A trained network as one file that the C core alone opens and runs, from any language:
/// docs/model-image.md has its bytes.
public struct ModelImage: Sendable {
  /// The file.
  public let bytes: [UInt8]

  /// What a file says beside plan and weights.
  public struct Notes: Sendable, Equatable {
    /// The names of the classes, or none.
    public var classes: [String] = []
    /// Of the weights.
    public var licence = ""
    /// Where the model comes from: data, training.
    public var origin = ""
    /// What logits are to be divided by before a softmax; 0: nothing.
    public var temperature: Float = 0

    /// Nothing.
    public init() {}
  }

  /// Writes a model with one input. Its results are those of `wanted`. With `weightsInBytes` the weights take a quarter of
  /// the room, rounded to 8 bits; `integers` says which layers compute with those bytes.
  public init(
    _ model: Model, parameters: Parameters, result wanted: Wanted = .probabilities,
    batch: Int = 64, notes: Notes = Notes(), weightsInBytes: Bool = false,
    integers: IntegerLayers = IntegerLayers()
  ) throws {
    guard model.inputs.count == 1, let input = model.inputs.first else {
      throw GraphError(
        "a model image has one input, \"\(model.name)\" has \(model.inputs.count)")
    }
    let plan = try model.plan(.predict([wanted]), batch: batch, integers: integers)
    guard parameters.block.byteCount == plan.layout.parameterBytes else {
      throw GraphError("the parameters are those of another model than \"\(model.name)\"")
    }
    var content = ck_model_content()
    content.parameters = UnsafePointer(parameters.block.floats.baseAddress)
    content.height = Int32(input.sourceHeight)
    content.width = Int32(input.sourceWidth)
    content.classes = Int32(notes.classes.count)
    content.temperature = notes.temperature
    content.weights_in_bytes = weightsInBytes ? 1 : 0
    bytes = try Self.write(content, plan.bytes, model.name, notes)
  }

  private static func write(
    _ content: ck_model_content, _ plan: [UInt8], _ name: String, _ notes: Notes
  ) throws -> [UInt8] {
    var content = content
    // C strings that live as long as the call.
    let texts = CStrings([name, notes.licence, notes.origin] + notes.classes)
    defer { withExtendedLifetime(texts) {} }
    content.name = texts.pointers[0]
    content.licence = texts.pointers[1]
    content.origin = texts.pointers[2]
    return try plan.withUnsafeBytes { planBytes in
      try texts.pointers[3...].withUnsafeBufferPointer { classes in
        content.plan = planBytes.baseAddress
        content.plan_bytes = planBytes.count
        content.class_names = notes.classes.isEmpty ? nil : classes.baseAddress
        var size = 0
        try Engine.check(ck_model_write(&content, nil, 0, &size))
        let block = Block(bytes: size)
        try Engine.check(ck_model_write(&content, block.pointer, size, &size))
        return Array(UnsafeRawBufferPointer(start: block.pointer, count: size))
      }
    }
  }
}

/// Texts with a zero byte behind each, in memory of their own.
private final class CStrings {
  let pointers: [UnsafePointer<CChar>?]
  private let memory: [UnsafeMutablePointer<CChar>]

  init(_ texts: [String]) {
    memory = texts.map { text in
      let bytes = text.utf8.filter { $0 != 0 }
      let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
      for (i, byte) in bytes.enumerated() { memory[i] = CChar(bitPattern: byte) }
      memory[bytes.count] = 0
      return memory
    }
    pointers = memory.map { UnsafePointer($0) }
  }

  deinit { memory.forEach { $0.deallocate() } }
}
