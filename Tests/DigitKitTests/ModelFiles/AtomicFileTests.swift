import Foundation
import Testing

@testable import DigitKit

/// A small file system of its own, where this process may mount one.
final class SmallDisk {
  let path: String

  init?() {
    path = NSTemporaryDirectory() + "digitkit-disk-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path) else {
      try? FileManager.default.removeItem(atPath: path)
      return nil
    }
  }

  deinit {
    _ = run("umount", path)
    try? FileManager.default.removeItem(atPath: path)
  }

  func makeReadOnly() -> Bool { run("mount", "-o", "remount,ro", path) }

  static let canMount = SmallDisk() != nil
}

private func run(_ command: String...) -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func replacesWholeFilesAndLeavesNothingElse() throws {
    let path = folder.path + "/file"
    try AtomicFile.write("one", to: path)
    try AtomicFile.write("two, longer", to: path)
    #expect(try read(path) == Array("two, longer".utf8))
    try AtomicFile.write([], to: path)
    #expect(try read(path) == [])
    #expect(folder.names == ["file"])
  }

  @Test func aFailureInTheMiddleLeavesTheOldFile() throws {
    struct Interrupted: Error {}
    let path = folder.path + "/file"
    try AtomicFile.write("old", to: path)
    #expect(throws: Interrupted.self) {
      try AtomicFile.write(to: path) { file in
        try "new".utf8.map { $0 }.withUnsafeBytes { try file.append($0) }
        throw Interrupted()
      }
    }
    #expect(try read(path) == Array("old".utf8))
    #expect(folder.names == ["file"])
  }

  @Test func aMissingFolderIsNamed() {
    let error = #expect(throws: FileError.self) {
      try AtomicFile.write("x", to: folder.path + "/no/file")
    }
    #expect(error?.kind == .missing)
    #expect(error?.description.contains("/no/file") == true)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
  func noPermissionIsOneClearLine() throws {
    let path = folder.path + "/file"
    try AtomicFile.write("old", to: path)
    #expect(chmod(folder.path, 0o555) == 0)
    defer { chmod(folder.path, 0o755) }
    let error = #expect(throws: FileError.self) { try AtomicFile.write("new", to: path) }
    #expect(error?.kind == .permission)
    #expect(try read(path) == Array("old".utf8))
  }

  @Test(.enabled(if: SmallDisk.canMount, "this process may not mount a file system"))
  func aFullDiskLeavesEarlierFiles() throws {
    let disk = try #require(SmallDisk())
    let store = try CheckpointStore(folder: disk.path)
    func checkpoint(_ update: Int, _ count: Int) -> Checkpoint {
      let part = Checkpoint.Part([StoredTensor("a", [count], pattern(count, step: update))])
      return Checkpoint(model: part, state: part, update: update)
    }
    try store.saveLast(checkpoint(1, 2000))
    try store.saveBest(checkpoint(1, 2000).model)
    // The model fits beside the old ones, the state no longer; then not even the model.
    for count in [6000, 20_000] {
      let error = #expect(throws: FileError.self) { try store.saveLast(checkpoint(2, count)) }
      #expect(error?.kind == .full)
      #expect(throws: FileError.self) { try store.saveBest(checkpoint(2, 20_000).model) }
      let last = try #require(try store.loadLast())
      #expect(last.update == 1)
      #expect(try last.model.floats("a") == pattern(2000, step: 1))
      #expect(try last.state.floats("a") == pattern(2000, step: 1))
      #expect(try Safetensors(path: store.bestPath).floats("a").count == 2000)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: disk.path).sorted()
    #expect(names == ["best.safetensors", "last.safetensors", "last.state.safetensors"])
    // And it goes on when there is space again.
    try store.saveLast(checkpoint(3, 2000))
    #expect(try store.loadLast()?.update == 3)
  }

  @Test(.enabled(if: SmallDisk.canMount, "this process may not mount a file system"))
  func aReadOnlyDiskIsOneClearLine() throws {
    let disk = try #require(SmallDisk())
    let path = disk.path + "/file"
    try AtomicFile.write("old", to: path)
    #expect(disk.makeReadOnly())
    let error = #expect(throws: FileError.self) { try AtomicFile.write("new", to: path) }
    #expect(error?.kind == .permission)
    #expect(try read(path) == Array("old".utf8))
  }
}
