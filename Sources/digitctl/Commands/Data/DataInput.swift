import DigitKit
import Synchronization

/// The flags by which commands take data of any form, and the way they read it.
enum DataInput {
  /// What stands for `DATA` in help.
  static let meaning =
    "a set's name, a file (IDX, CSV, .npy, .npz), a folder of pictures, or synth:COUNT:SEED for drawn digits"
  static let names = ValueType<String>.names(NamedSet.all.map(\.name) + ["synth"])

  static let part = Flag(
    "--part", ValueType<DataPart>.choice, "PART", default: .training,
    "the pictures to learn from, those to be tested on, or both")
  static let skipBad = Flag(
    "--skip-bad", "leave out and count what cannot be read, instead of ending there")
  static let classes = Flag(
    "--classes", .whole(1...65_536), "N",
    "how many classes there are, where the data does not say so")
  static let labels = Flag(
    "--labels", .file, "FILE", "the file of the labels, where it has not the usual name")
  static let size = Flag(
    "--size", ValueType<LoadingOptions.Size>.size, "HxW",
    "the size that pictures of a folder get; without it their own, or 28x28 if they differ")
  static let prepare = Flag(
    "--prepare", "find the digit in each picture first, as predict does: for photos and scans")
  static let colour = Flag("--colour", "keep the colours of a folder's pictures")
  static let noCache = Flag("--no-cache", "keep no packed copy of a folder's pictures")

  /// What is meant where no data is named: MNIST if it is there, otherwise drawn digits. Those to be tested on are
  /// others than those to learn from.
  static func usual(_ purpose: DataPart, _ console: Console) -> String {
    if NamedSet.mnist.folder() != nil { return NamedSet.mnist.name }
    console.note("mnist is not there (digitctl data get mnist fetches it): drawn digits instead")
    return purpose == .test ? "synth:10000:2" : "synth"
  }

  /// Those of every command that reads data.
  static let flags: [any AnyFlag] = [
    skipBad, classes, labels, size, prepare, colour, noCache,
  ]

  /// Reads a set and tells what was left out.
  static func read(_ name: String, _ invocation: Invocation) throws -> DataSet {
    let preparation = preparation(invocation)
    if let drawn = try drawn(name) { return try preparation.map(drawn.prepared) ?? drawn }
    var options = LoadingOptions()
    options.preparation = preparation
    options.skipsBad = invocation[skipBad]
    options.classes = invocation[classes]
    options.labels = invocation[labels]
    options.size = invocation[size]
    options.isColour = invocation[colour]
    if invocation[noCache] { options.cache = .none }
    let display = LoadingDisplay(name, invocation.console)
    options.onProgress = { display.show($0, $1) }
    let set = try DataSource.open(name, options: options)
    display.clear()
    tell(set, invocation.console)
    return set
  }

  /// What `--prepare` means: into MNIST's form, or the like of it in the size that was asked for.
  private static func preparation(_ invocation: Invocation) -> DigitPreparation? {
    guard invocation[prepare] else { return nil }
    var preparation = DigitPreparation()
    if let size = invocation[size] { preparation.scale(to: min(size.height, size.width)) }
    return preparation
  }

  private static func drawn(_ name: String) throws -> DataSet? {
    try digits(name).map { try DataSet(drawnBy: $0.synth, count: $0.count) }
  }

  /// The digits that `synth`, `synth:5000` or `synth:10M:7` means, unless something of this name lies here.
  static func digits(_ name: String) throws -> DrawnDigits? {
    let words = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard words[0] == "synth", !exists(name) else { return nil }
    let count = words.count > 1 ? ValueType.count.read(words[1]) : 60_000
    let seed = words.count > 2 ? ValueType.seed.read(words[2]) : 1
    guard let count, let seed, words.count <= 3 else {
      throw UsageError(
        message:
          "drawn digits are synth, synth:COUNT or synth:COUNT:SEED, COUNT as 5000, 20k or 10M, not '\(name)'"
      )
    }
    return try DrawnDigits(Synth(seed: seed), count: count)
  }

  private static func tell(_ set: DataSet, _ console: Console) {
    console.detail("\(set.path): \(set.form)")
    for note in set.notes { console.note(note) }
    guard set.skipped.count > 0 else { return }
    console.warn("\(set.skipped.count) could not be read and were left out")
    for reason in set.skipped.reasons.prefix(5) { console.note("  \(reason)") }
    if set.skipped.count > 5 { console.note("  ... and \(set.skipped.count - 5) more") }
  }
}

/// The parts of a set that a command looks at.
enum DataPart: String, CaseIterable, CustomStringConvertible {
  case training = "train"
  case test
  case all

  var description: String { rawValue }

  /// Those parts of `data`, with the names that files give them.
  func sets(of data: DataSet) throws -> [(name: String, set: ImageSet)] {
    let training = (name: "train", set: data.training)
    let test = data.test.map { (name: "t10k", set: $0) }
    switch self {
    case .training: return [training]
    case .all: return [training] + [test].compactMap { $0 }
    case .test:
      if let test { return [test] }
      throw InputError(
        message: "\(data.path): it has no part to be tested on; leave out --part test")
    }
  }
}

extension ValueType where Value == Int {
  /// `5000`, `20k`, `10M`
  static let count = ValueType(form: .special("a number from 1, as 5000, 20k or 10M")) { word in
    let units: [Character: Int] = ["k": 1_000, "M": 1_000_000]
    let unit = word.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? word : String(word.dropLast())), number > 0 else {
      return nil
    }
    let (count, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    return isTooLarge ? nil : count
  }
}

extension ValueType where Value == LoadingOptions.Size {
  /// `28x28`, or `28` for both.
  static let size = ValueType(form: .special("rows and columns such as 28x28")) { word in
    let sides = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 1 || sides.count == 2, let height = sides[0],
      let width = sides.last ?? nil,
      (1...4096).contains(height), (1...4096).contains(width)
    else { return nil }
    return LoadingOptions.Size(height: height, width: width)
  }
}

/// The progress of decoding a folder, which several threads report.
private final class LoadingDisplay: @unchecked Sendable {
  /// Guards `progress`.
  private let turn = Mutex(())
  private var progress: Progress

  init(_ name: String, _ console: Console) { progress = Progress("reading \(name)", on: console) }

  func show(_ done: Int, _ total: Int) {
    turn.withLock { _ in
      progress.show(done, of: total) { _ in "\(done) of \(total) pictures" }
    }
  }

  func clear() { turn.withLock { _ in progress.clear() } }
}
