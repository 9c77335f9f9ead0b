import Foundation
import Testing

@testable import DigitKit

private func checkpoint(_ update: Int) -> Checkpoint {
  Checkpoint(
    model: .init([StoredTensor("w", [4], pattern(4, step: update))], metadata: ["kind": "model"]),
    state: .init([StoredTensor("m", [8], pattern(8, step: update))], metadata: ["kind": "state"]),
    update: update)
}

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func move(_ old: String, _ new: String) throws {
    try AtomicFile.move(folder.path + "/" + old, to: folder.path + "/" + new)
  }

  private func expectLast(_ update: Int) throws {
    let last = try #require(try CheckpointStore(folder: folder.path).loadLast())
    #expect(last.update == update)
    #expect(try last.model.floats("w") == pattern(4, step: update))
    #expect(try last.state.floats("m") == pattern(8, step: update))
    #expect(last.model.metadata["kind"] == "model")
    #expect(last.state.metadata["kind"] == "state")
  }

  @Test func lastAndBestAreKept() throws {
    let store = try CheckpointStore(folder: folder.path + "/runs/one")
    #expect(try store.loadLast() == nil)
    try store.saveLast(checkpoint(1))
    try store.saveBest(checkpoint(1).model)
    try store.saveLast(checkpoint(2))
    #expect(try store.loadLast()?.update == 2)
    #expect(try Safetensors(path: store.bestPath).floats("w") == pattern(4, step: 1))
    let names = try FileManager.default.contentsOfDirectory(atPath: store.folder).sorted()
    #expect(names == ["best.safetensors", "last.safetensors", "last.state.safetensors"])
  }

  /// Every state that a kill can leave between two system calls.
  @Test func everyHalfWayStateIsFinishedOrUndone() throws {
    let store = try CheckpointStore(folder: folder.path)
    // The state has taken its place, the model not yet.
    try store.saveLast(checkpoint(1))
    try FileManager.default.copyItem(
      atPath: store.lastPath, toPath: folder.path + "/old.safetensors")
    try store.saveLast(checkpoint(2))
    try move("last.safetensors", "last.next.safetensors")
    try move("old.safetensors", "last.safetensors")
    #expect(try store.loadLast()?.update == 2)
    try expectLast(2)
    // The same at the very first checkpoint.
    try move("last.safetensors", "last.next.safetensors")
    try expectLast(2)
    // Both written, neither in its place, nothing before.
    try move("last.safetensors", "last.next.safetensors")
    try move("last.state.safetensors", "last.next.state.safetensors")
    #expect(try store.loadLast()?.update == 2)
    try expectLast(2)
    // A new model alone, and pieces of files.
    _ = try folder.write(
      try Safetensors.encode([], metadata: [CheckpointStore.mark: "3-0"]), "last.next.safetensors")
    _ = try folder.write([1, 2], "last.safetensors.77.partial")
    _ = try folder.write([1, 2], "mine.partial")
    #expect(try store.loadLast()?.update == 2)
    try expectLast(2)
    #expect(folder.names == ["last.safetensors", "last.state.safetensors", "mine.partial"])
  }

  @Test func filesThatDoNotBelongTogetherAreAnError() throws {
    let store = try CheckpointStore(folder: folder.path)
    try store.saveLast(checkpoint(1))
    let state = try read(store.lastStatePath)
    try store.saveLast(checkpoint(2))
    _ = try folder.write(state, "last.state.safetensors")
    let error = #expect(throws: FileError.self) { try store.loadLast() }
    #expect(error?.reason.contains("does not belong") == true)
    _ = try folder.write([1], "last.state.safetensors")
    #expect(throws: FileError.self) { try store.loadLast() }
  }

  @Test func damagedWeightsAreNoticed() throws {
    let store = try CheckpointStore(folder: folder.path)
    try store.saveLast(checkpoint(1))
    var bytes = try read(store.lastPath)
    bytes[bytes.count - 1] ^= 1
    _ = try folder.write(bytes, "last.safetensors")
    let error = #expect(throws: FileError.self) { try store.loadLast() }
    #expect(error?.reason.contains("checksum") == true)
  }

  @Test func aFolderThatCannotBeIsNamed() throws {
    let file = try folder.write([1], "file")
    for path in [file, file + "/runs", "/proc/runs/one", ""] {
      let error = #expect(throws: FileError.self) { try CheckpointStore(folder: path) }
      #expect(error?.description.contains("\n") == false)
    }
    _ = try CheckpointStore(folder: folder.path + "/a/b//c/")
    #expect(Folder.isFolder(folder.path + "/a/b/c"))
  }

  @Test func policy() {
    #expect(CheckpointPolicy().isDue(updatesSince: 9, secondsSince: 9, finishedEpochs: 3))
    #expect(!CheckpointPolicy().isDue(updatesSince: 9, secondsSince: 9, finishedEpochs: nil))
    let rare = CheckpointPolicy(epochs: 2, updates: 100, seconds: 60)
    #expect(!rare.isDue(updatesSince: 99, secondsSince: 59, finishedEpochs: 3))
    #expect(rare.isDue(updatesSince: 0, secondsSince: 0, finishedEpochs: 4))
    #expect(rare.isDue(updatesSince: 100, secondsSince: 0, finishedEpochs: nil))
    #expect(rare.isDue(updatesSince: 0, secondsSince: 60, finishedEpochs: nil))
  }
}

/// The program `CheckpointWriter`, killed again and again.
@Suite struct CheckpointKillTests {
  /// Beside the test bundle.
  static let writer = [Bundle.main.bundlePath, Bundle.main.executablePath.map(Folder.parent)]
    .compactMap { $0 }.map { $0 + "/CheckpointWriter" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: CheckpointKillTests.writer != nil, "CheckpointWriter was not built"))
  func aHundredKillsLeaveALoadableCheckpoint() throws {
    let folder = try TemporaryFolder()
    var random = SystemRandomNumberGenerator()
    var latest = 0
    for round in 0..<100 {
      let said = try killed(after: .random(in: 0...60, using: &random), in: folder.path)
      // What a killed run said was safe is safe, before and after the folder is tidied.
      let store = try CheckpointStore(folder: folder.path)
      guard let last = try store.loadLast() else {
        #expect(said == nil && latest == 0, "round \(round)")
        continue
      }
      #expect(last.update >= max(said ?? 0, latest), "round \(round)")
      let weights = try last.model.floats("dense.weight")
      let moments = try last.state.floats("adam.moments")
      #expect(weights.count == 20_000 && weights.allSatisfy { $0 == Float(last.update) })
      #expect(moments.count == 40_000 && moments.allSatisfy { $0 == -Float(last.update) })
      if FileManager.default.fileExists(atPath: store.bestPath) {
        let best = try Safetensors(path: store.bestPath).floats("dense.weight")
        #expect(best.allSatisfy { $0 == best[0] } && Int(best[0]) % 3 == 0)
      }
      latest = last.update
    }
    #expect(latest > 0)
  }

  /// Starts the writer, kills it after some milliseconds, and returns its last word.
  private func killed(after milliseconds: Double, in folder: String) throws -> Int? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(CheckpointKillTests.writer))
    process.arguments = [folder]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    usleep(UInt32(milliseconds * 1000))
    kill(process.processIdentifier, SIGKILL)
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self)
    #expect(!text.contains("error"), "\(text)")
    // The last line may be cut off by the kill.
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last
      .flatMap { Int($0) }
  }
}
