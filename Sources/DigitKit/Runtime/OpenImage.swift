import ckernels

/// A model image that is open, and run by the C core alone: what other programs get of it.
public final class OpenImage: @unchecked Sendable {
  /// Numbers of the result for one picture.
  public let results: Int
  private let handle: OpaquePointer
  private let pictureSize: Int

  /// Opens an image of a model that reads bytes.
  public init(_ image: ModelImage) throws {
    // The core wants bytes at a multiple of 64; it keeps nothing of them.
    let block = Block(bytes: image.bytes.count)
    image.bytes.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress {
        block.pointer.copyMemory(from: start, byteCount: bytes.count)
      }
    }
    var opened: OpaquePointer?
    try Engine.check(ck_model_open_memory(&opened, block.pointer, image.bytes.count))
    guard let opened else { throw EngineError(message: "the model image could not be opened") }
    handle = opened
    let about = ck_model_describe(opened).pointee
    results = Int(about.results)
    pictureSize = Int(about.height) * Int(about.width) * Int(about.channels)
    guard about.type == CK_BYTES else {
      throw GraphError("the model reads numbers, and not pictures of bytes")
    }
  }

  deinit { ck_model_close(handle) }

  /// What it gives for pictures, one behind the other. `threads` 0: as many as there are.
  public func run(_ pictures: [UInt8], threads: Int = 0) throws -> [Float] {
    let count = pictures.count / max(1, pictureSize)
    guard count > 0, count <= Int(Int32.max), pictures.count == count * pictureSize else {
      throw GraphError(
        "pictures: got \(pictures.count) bytes, needs a multiple of \(pictureSize), one picture")
    }
    var found = [Float](repeating: 0, count: count * results)
    try Engine.check(
      ck_model_run(handle, pictures, Int32(count), &found, nil, 0, Int32(clamping: threads)))
    return found
  }

  /// The probabilities of an image that gives them, with the labels of the pictures that are meant.
  func predictions(_ data: ModelData, labels: [Int32], threads: Int) throws -> Predictions {
    var probabilities: [Float] = []
    probabilities.reserveCapacity(data.indices.count * results)
    for first in stride(from: 0, to: data.indices.count, by: Evaluator.usualBatch) {
      let some = data.indices[first..<min(first + Evaluator.usualBatch, data.indices.count)]
      probabilities += try run(some.flatMap { data.images.image($0) }, threads: threads)
    }
    return try Predictions(probabilities: probabilities, labels: labels, classes: results)
  }
}
