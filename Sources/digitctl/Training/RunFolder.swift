import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that a training run leaves: found, made, and looked into.
struct RunFolder {
  let path: String

  var configuration: String { path + "/config.json" }
  var log: String { path + "/metrics.jsonl" }
  var report: String { path + "/report.html" }
  var best: String { path + "/best.safetensors" }
  var calibrated: String { path + "/calibrated.safetensors" }
  var last: String { path + "/last.safetensors" }

  /// What a run writes, and `--force` may remove.
  private static let files = [
    "config.json", "metrics.jsonl", "report.html", "best.safetensors", "calibrated.safetensors",
    "last.safetensors", "last.state.safetensors",
  ]

  /// A new one: `runs/<model>-1` and so on where no name is given. One that is there is refused unless it is
  /// empty or `force` is set, which clears away what an earlier run left.
  static func new(_ name: String?, model: String, force: Bool) throws -> RunFolder {
    guard let name else { return try next(model) }
    let folder = RunFolder(path: name)
    let found = names(in: name)
    let isFile = exists(name) && !isFolder(name)
    guard !isFile, found.isEmpty || force else {
      throw OutputError(
        message: isFile
          ? "\(name): it is a file; choose another name for the run's folder"
          : "\(name): it is there already; go on with --resume \(name), choose another --out, or give --force"
      )
    }
    for file in found where files.contains(file) || file.hasPrefix("events.out.tfevents") {
      try remove(name + "/" + file)
    }
    return folder
  }

  /// One to go on with: a run's folder with a checkpoint.
  static func existing(_ path: String) throws -> RunFolder {
    let folder = RunFolder(path: path)
    guard exists(folder.configuration), exists(folder.last) else {
      throw InputError(
        message: "\(path): no run to go on with: it needs config.json and last.safetensors")
    }
    return folder
  }

  /// The file of the model that is meant by a file, or by a run's folder: its calibrated one if that was asked
  /// for, otherwise its best, or else its last.
  static func model(of path: String) throws -> String {
    let folder = RunFolder(path: path)
    guard isFolder(path) else { return path }
    guard let file = [folder.calibrated, folder.best, folder.last].first(where: exists) else {
      throw InputError(
        message:
          "\(path): it holds no model: neither best.safetensors nor last.safetensors is there")
    }
    return file
  }

  private static func next(_ model: String) throws -> RunFolder {
    for number in 1...1_000_000 {
      let path = "runs/\(model)-\(number)"
      if !exists(path) { return RunFolder(path: path) }
    }
    throw OutputError(message: "runs: it is full; name a folder with --out")
  }

  private static func remove(_ path: String) throws {
    guard unlink(path) != 0 else { return }
    let reason = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    throw OutputError(message: "\(path): cannot remove it: \(reason)")
  }

  /// What is in it; nothing if it is not there.
  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
