import DigitKit

private let names = Argument<[String]>(
  repeated: "SET", required: false, .names(PublishedSet.all.map(\.set.name)),
  "the names of the sets; none lists them")
private let from = Flag<[String]>(
  repeated: "--from", .text, "URL", "folder on the network instead of the known mirrors")
private let out = Flag<String?>(
  "--out", short: "-o", .folder, "FOLDER",
  "where to put them, instead of $DIGITKIT_DATA or $XDG_DATA_HOME/digitkit")
private let only = Flag<[String]>(
  repeated: "--only", .text, "FILE", "only files whose names begin so, such as t10k")
private let stall = Flag(
  "--stall", .whole(1...3600), "SECONDS", default: 30,
  "give a mirror up that sends nothing for so long")
private let force = Flag("--force", short: "-f", "fetch also what is there already")
private let json = Flag("--json", "one JSON object for each file")

let dataGetCommand: Command = Command(
  name: "get",
  abstract: "Download data sets by their names.",
  discussion: [
    "Mirrors are tried in their order. What came before an interruption is kept and gone on with. A file gets "
      + "its name only once it is checked: by a checksum where one is published, by its form and sizes always."
  ],
  arguments: [names],
  flags: [from, out, only, stall, force, json],
  examples: [
    .init("data get mnist", "the four files of MNIST"),
    .init("data get", "which sets there are"),
    .init("data get mnist --from http://intranet/mnist", "from a mirror of one's own"),
  ]
) { invocation in
  if invocation[names].isEmpty { return try list(invocation) }
  // All names first: a typing error is not to be found after a long download.
  let sets = try invocation[names].map { name in
    do { return try PublishedSet.named(name) } catch let error as DataError {
      throw UsageError(message: error.message)
    }
  }
  for set in sets { try get(chosen(from: set, invocation), invocation) }
  return .done
}

private func list(_ invocation: Invocation) throws -> ExitCode {
  for set in PublishedSet.all {
    if invocation[json] {
      try invocation.console.out(
        JSONValue.object([
          ("name", .string(set.set.name)), ("about", .string(set.set.summary)),
          ("licence", .string(set.licence)),
          ("path", set.set.folder().map { .string($0) } ?? .null),
        ]).text)
    } else {
      try invocation.console.out(padded(set.set.name, 16) + set.set.summary)
      try invocation.console.out(padded("", 16) + "licence: " + set.licence)
      if let path = set.set.folder() {
        try invocation.console.out(padded("", 16) + "here: " + path)
      }
    }
  }
  return .done
}

/// The set with those of its files that `--only` names.
private func chosen(from set: PublishedSet, _ invocation: Invocation) throws -> PublishedSet {
  let wanted = invocation[only]
  if wanted.isEmpty { return set }
  var set = set
  let names = set.files.map(\.name)
  set.files.removeAll { file in !wanted.contains { file.name.hasPrefix($0) } }
  if set.files.isEmpty {
    throw UsageError(
      message: "\(set.set.name) has no file '\(wanted[0])': there are "
        + names.joined(separator: ", "))
  }
  return set
}

private func get(_ set: PublishedSet, _ invocation: Invocation) throws {
  let console = invocation.console
  guard let folder = invocation[out] ?? NamedSet.roots().first else {
    throw UsageError(
      message: "there is no home folder to put data into: give --out, or set DIGITKIT_DATA")
  }
  let mirrors = invocation[from]
  var limits = DownloadLimits()
  limits.stallSeconds = invocation[stall]
  let results: [(file: PublishedSet.File, outcome: PublishedSet.Outcome)]
  do {
    try writing { try Folder.make(folder) }
    results = try set.get(
      into: folder, mirrors: mirrors.isEmpty ? nil : mirrors, limits: limits,
      again: invocation[force]
    ) { file, download in
      let progress = DownloadDisplay(file.name, console)
      download.isCancelled = { Interrupts.wanted }
      download.onProgress = { progress.show($0, $1) }
      download.onTrouble = { reason in
        progress.clear()
        console.warn(reason)
      }
    }
  } catch let error as DownloadError where error.isCancelled {
    throw Interrupted(message: error.message)
  } catch let error as FileError where error.kind != .malformed {
    // A place that cannot be written to; what came over the network is no file of the user's.
    throw OutputError(message: "\(error)")
  }
  for (file, outcome) in results {
    let path = "\(folder)/\(set.set.name)/\(file.name)"
    if invocation[json] {
      try console.out(
        JSONValue.object([
          ("path", .string(path)),
          ("outcome", .string(outcome == .fetched ? "fetched" : "present")),
          ("checksum", .bool(file.proof.sum != .form)),
        ]).text)
    } else {
      try console.out(path + (outcome == .fetched ? "  fetched" : "  was there") + ", right")
    }
  }
}

/// The progress of one file.
private final class DownloadDisplay {
  private var progress: Progress

  init(_ name: String, _ console: Console) { progress = Progress(name, on: console) }

  func show(_ received: Int, _ total: Int?) {
    progress.show(received, of: total) { seconds in
      let rate = seconds > 0 ? Double(received) / seconds / 1e6 : 0
      return "\(received / 1000) kB, \((rate * 10).rounded() / 10) MB/s"
    }
  }

  func clear() { progress.clear() }
}
