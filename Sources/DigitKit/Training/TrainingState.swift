#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run has learned about itself, beside weights and optimiser: saved as metadata of
/// `last.state.safetensors`, so that a resume goes on as if nothing had happened.
public struct TrainingState: Sendable, Equatable, Codable {
  /// How far the run is.
  public var progress: TrainingProgress
  /// The plateau watcher, if there is one.
  public var plateau: Plateau?
  /// The patience, if there is any.
  public var earlyStopping: EarlyStopping?
  /// The best validation value so far: that of `best.safetensors`.
  public var best: Double?
  /// The accuracy of the last validation.
  public var accuracy: Double?
  /// Batches that were trained on, in all: PyTorch's `num_batches_tracked`.
  public var batches = 0
  /// Sum and weight of the losses of the epoch under way.
  public var lossSum = 0.0
  /// See `lossSum`.
  public var lossWeight = 0.0
  /// Pictures of the epoch under way that were read correctly; nil where there are no classes.
  public var correct: Double?

  /// The beginning of a run.
  public init(_ configuration: TrainingConfiguration) {
    progress = TrainingProgress(seed: configuration.seed)
    plateau = configuration.plateau
    earlyStopping = configuration.earlyStopping
  }

  /// The key of the metadata.
  public static let key = "digitkit.training"

  /// The metadata. Seconds are the only part that differs between two runs of one seed.
  public func metadata() throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return [TrainingState.key: String(decoding: try encoder.encode(self), as: UTF8.self)]
  }

  /// Reads it back from a state file.
  public init(_ file: Safetensors) throws {
    guard let text = file.metadata[TrainingState.key] else {
      throw FileError(
        file.path, .malformed, "its metadata lacks \(TrainingState.key): no run can go on from it")
    }
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      self = try decoder.decode(TrainingState.self, from: Data(text.utf8))
    } catch {
      throw FileError(
        file.path, .malformed,
        "its \(TrainingState.key) is of another version or damaged (\(error))")
    }
  }
}
