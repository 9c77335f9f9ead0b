#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The checkpoints of a run folder: `best.safetensors`, `last.safetensors` and `last.state.safetensors`.
///
/// A rename replaces one file, but the last checkpoint is two that belong together. So both are first
/// written whole under `last.next...` names and then take their places one after the other. Both carry the
/// same mark; whenever the process dies, some model and some state of one mark are there.
///
/// One run writes to a folder at a time. Others may read its three files whenever they like.
public struct CheckpointStore: Sendable {
  /// The run folder.
  public let folder: String

  /// Metadata of both files of a pair: updates done, and a checksum of the weights.
  static let mark = "digitkit.checkpoint"

  /// Makes the folder if need be, finishes or clears away what a killed run left.
  public init(folder: String) throws {
    self.folder = folder
    try Folder.make(folder)
    try recover()
  }

  /// The best model so far.
  public var bestPath: String { folder + "/best.safetensors" }
  /// The last model.
  public var lastPath: String { folder + "/last.safetensors" }
  /// The rest of the last checkpoint.
  public var lastStatePath: String { folder + "/last.state.safetensors" }
  private var nextPath: String { folder + "/last.next.safetensors" }
  private var nextStatePath: String { folder + "/last.next.state.safetensors" }

  /// Replaces the best model.
  public func saveBest(_ model: Checkpoint.Part) throws {
    try Safetensors.write(model.tensors, metadata: model.metadata, to: bestPath)
  }

  /// Replaces the last checkpoint.
  public func saveLast(_ checkpoint: Checkpoint) throws {
    let mark = "\(checkpoint.update)-\(Checksum.of(checkpoint.model.tensors))"
    do {
      try write(checkpoint.model, mark, to: nextPath)
      try write(checkpoint.state, mark, to: nextStatePath)
    } catch {
      // The checkpoint before is still whole; half of a new one would only take space.
      for path in [nextPath, nextStatePath] { try? FileManager.default.removeItem(atPath: path) }
      throw error
    }
    try commit()
  }

  /// The last checkpoint, or nil where there is none. Throws when there are files but none that fit
  /// together, or when the weights are not those that were written.
  public func loadLast() throws -> StoredCheckpoint? {
    let models = [nextPath, lastPath].filter(exists)
    let states = [nextStatePath, lastStatePath].filter(exists)
    if models.isEmpty && states.isEmpty { return nil }
    for model in models {
      for state in states {
        if let pair = pair(model, state) {
          try pair.verify()
          return pair
        }
      }
    }
    // Say what is wrong with the usual two.
    let model = try Safetensors(path: lastPath)
    _ = try Safetensors(path: lastStatePath)
    throw FileError(
      lastStatePath, .malformed,
      "it does not belong to \(model.path): both must come from the same checkpoint")
  }

  private func write(_ part: Checkpoint.Part, _ mark: String, to path: String) throws {
    var metadata = part.metadata
    metadata[CheckpointStore.mark] = mark
    try Safetensors.write(part.tensors, metadata: metadata, to: path)
  }

  /// The state first: until the model follows it, its partner is found under the other name.
  private func commit() throws {
    try AtomicFile.move(nextStatePath, to: lastStatePath)
    try AtomicFile.move(nextPath, to: lastPath)
  }

  /// The two files, if they can be opened and belong together.
  private func pair(_ modelPath: String, _ statePath: String) -> StoredCheckpoint? {
    guard let model = try? Safetensors(path: modelPath),
      let state = try? Safetensors(path: statePath),
      let mark = model.metadata[CheckpointStore.mark],
      mark == state.metadata[CheckpointStore.mark],
      let update = mark.split(separator: "-").first.flatMap({ Int($0) })
    else { return nil }
    return StoredCheckpoint(model: model, state: state, update: update, mark: mark)
  }

  private func recover() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasSuffix(AtomicFile.suffix) && isOurs(name) {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    if pair(nextPath, nextStatePath) != nil {
      try commit()
    } else if pair(nextPath, lastStatePath) != nil {
      try AtomicFile.move(nextPath, to: lastPath)
    } else {
      for path in [nextPath, nextStatePath] { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  private func isOurs(_ name: String) -> Bool { name.hasPrefix("best.") || name.hasPrefix("last.") }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
