import Foundation
import Testing

@testable import digitctl

/// What a run in this process printed and how it ended.
func run(
  _ arguments: [String], environment: [String: String] = [:]
) -> (code: ExitCode, out: String, err: String) {
  var out = ""
  var err = ""
  let code = Tool.run(
    arguments, out: { out += $0 + "\n" }, err: { err += $0 + "\n" },
    environment: { environment[$0] })
  return (code, out, err)
}

/// A folder of a test's own, and the built program run in it as a shell would.
final class Sandbox {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "digitctl-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// SwiftPM puts the program beside the test bundle.
  static var program: URL {
    #if os(macOS)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      return bundle!.bundleURL.deletingLastPathComponent().appendingPathComponent("digitctl")
    #else
      return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("digitctl")
    #endif
  }

  struct Ended {
    var status: Int32
    var out: String
    var err: String
  }

  func digitctl(_ arguments: String..., environment: [String: String] = [:]) throws -> Ended {
    try run(Sandbox.program.path, arguments, environment)
  }

  /// A line for bash, in which `digitctl` is the built program.
  func shell(_ line: String) throws -> Ended {
    let path = Sandbox.program.deletingLastPathComponent().path
    return try run("/bin/bash", ["-c", "PATH=\(path):$PATH; \(line)"], [:])
  }

  private func run(
    _ program: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> Ended {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // Nobody's own data or flags get into a test.
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("DIGITCTL_") && !$0.key.hasPrefix("DIGITKIT_") }
      .merging(["HOME": folder, "XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""]) { $1 }
      .merging(environment) { $1 }
    let out = Pipe()
    let err = Pipe()
    process.standardOutput = out
    process.standardError = err
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let errors = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Ended(
      status: process.terminationStatus, out: String(decoding: output, as: UTF8.self),
      err: String(decoding: errors, as: UTF8.self))
  }

  /// What lies in a folder of the sandbox.
  func names(_ path: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)) ?? []).sorted()
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func write(_ bytes: [UInt8], _ name: String) throws {
    let url = URL(fileURLWithPath: folder + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  /// A small IDX set: `count` pictures of 4x3 whose first pixel is their number, labels 0 to 9 in turn.
  func writeSet(_ name: String, count: Int, part: String = "train") throws {
    var pixels: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 4, 0, 0, 0, 3]
    for number in 0..<count {
      pixels += (0..<12).map { $0 == 0 ? UInt8(number) : UInt8($0 * 20) }
    }
    let labels = [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 10) }
    try write(pixels, "\(name)/\(part)-images-idx3-ubyte")
    try write(labels, "\(name)/\(part)-labels-idx1-ubyte")
  }
}
