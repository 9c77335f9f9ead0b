import DigitKit

/// The pictures that a command was given, however many: only their names are ever in memory.
struct PictureNames {
  let all: [String]
  /// The folders that were named, each with a slash at its end.
  private let folders: [String]

  /// Files as they are named, folders with all that lies in and below them; of these a part, if one is asked for.
  init(_ given: [String], list: String?, shard: Shard?) throws {
    folders = given.filter(isFolder).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    var names: [String] = []
    for name in given { names += isFolder(name) ? try PictureFiles.below(name) : [name] }
    if let list {
      let text = try TextFile.read(list, atMost: 1 << 30)
      names += text.split(whereSeparator: \.isNewline).map(String.init)
    }
    guard !(given.isEmpty && list == nil) else {
      throw UsageError(
        message: "no picture was named: give files, a folder, --list FILE, or - for standard input")
    }
    guard !names.isEmpty else {
      throw InputError(message: "\(list ?? given[0]): there is no picture in it")
    }
    all =
      shard.map { shard in
        names.enumerated().filter { shard.holds($0.offset) }.map(\.element)
      } ?? names
  }

  /// Those that are left to do, a few at a time.
  func batches(of size: Int, leavingOut done: Set<String>) -> some Sequence<[String]> {
    let left = done.isEmpty ? all : all.filter { !done.contains($0) }
    return stride(from: 0, to: left.count, by: size).lazy.map {
      Array(left[$0..<min($0 + size, left.count)])
    }
  }

  /// Where in another folder a PNG of this picture goes: folders below one that was named are there again, so that
  /// pictures of one name in several of them do not meet.
  func place(of name: String) -> String {
    if name == "-" { return "input.png" }
    let folder = folders.first { name.hasPrefix($0) }
    let below =
      folder.map { String(name.dropFirst($0.count)) }
      ?? name.split(separator: "/").last.map(String.init) ?? name
    let begin = below.lastIndex(of: "/").map { below.index(after: $0) } ?? below.startIndex
    guard let dot = below.lastIndex(of: "."), dot > begin else { return below + ".png" }
    return below[..<dot] + ".png"
  }
}
