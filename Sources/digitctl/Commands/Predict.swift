import DigitKit

private let pictures = Argument(
  repeated: "IMAGE", required: false, ValueType<String>.file,
  "pictures, folders of them, or - for one on standard input")
private let list = Flag(
  "--list", .file, "FILE", "take the names of pictures from a file, a line each")
private let model = Flag(
  "--model", short: "-m", TrainedModel.names, "MODEL", default: ShippedModel.usual.name,
  TrainedModel.argument)
private let threshold = Flag(
  "--threshold", .number(0...1), "X", default: 0.5, "below this confidence the answer is \"unsure\""
)
private let top = Flag(
  "--top", .whole(1...1000), "N", default: 3, "candidates that are told")
private let asIs = Flag(
  "--as-is", "pictures have the network's form already: light ink on black, in its size")
private let ink = Flag<InkChoice>(
  "--ink", .choice, "KIND", default: .automatic, "whether the ink is dark or light")
private let show = Flag("--show", "draw what the network saw")
private let save = Flag("--save-seen", .folder, "FOLDER", "write what the network saw as PNG files")
private let force = Flag("--force", short: "-f", "let --save-seen write over what is there")
private let strict = Flag("--strict", "end with exit code 4 if an answer is unsure")
private let shard = Flag<Shard?>(
  "--shard", Shard.type, "I/N", "of all pictures only every Nth, beginning with the Ith")
private let out = Flag(
  "--out", short: "-o", .file, "FILE",
  "add lines of JSON to a file; pictures that it has already are not read again")
private let skipBad = Flag("--skip-bad", "go on after pictures that cannot be read, and count them")
private let json = Flag("--json", "a line of JSON for each picture")

private enum InkChoice: String, CaseIterable {
  case automatic, dark, light

  var polarity: DigitPreparation.Polarity {
    switch self {
    case .automatic: .automatic
    case .dark: .darkOnLight
    case .light: .lightOnDark
    }
  }
}

let predictCommand = Command(
  name: "predict",
  abstract: "Read the digit in each of some pictures.",
  discussion: [
    "A picture may be a photo, a scan or a drawing: its background is removed, the ink found, cropped and centred, as "
      + "the network knows it; --show shows what comes of it."
  ],
  arguments: [pictures],
  flags: [
    model, list, threshold, top, asIs, ink, show, save, force, strict, shard, out, skipBad, json,
  ],
  examples: [
    .init("predict four.jpg", "a photo of a digit"),
    .init(
      "predict scans/ --model runs/lenet5-1 --json",
      "a folder, with a model of one's own, as lines of JSON"),
    .init(
      "predict scans/ --out read.jsonl --shard 1/4",
      "a quarter of them; the same command goes on after an interruption"),
  ]
) { invocation in
  var preparation = invocation[asIs] ? nil : DigitPreparation()
  preparation?.polarity = invocation[ink].polarity
  let names = try PictureNames(
    invocation[pictures], list: invocation[list], shard: invocation[shard])
  let reader = try DigitReader(TrainedModel(invocation[model]).file, preparation: preparation)
  var session = try PredictionSession(reader, names, invocation)
  for batch in names.batches(of: 64, leavingOut: session.done) {
    try session.read(batch)
    if Interrupts.wanted { throw Interrupted(message: session.interruption) }
  }
  return try session.end()
}

/// Reads pictures batch by batch and tells what they are.
private struct PredictionSession {
  let reader: DigitReader
  let names: PictureNames
  let asked: Invocation
  private let file: AnswerFile?
  private var read = 0
  private var unsure = 0
  private var bad = 0

  init(_ reader: DigitReader, _ names: PictureNames, _ asked: Invocation) throws {
    self.reader = reader
    self.names = names
    self.asked = asked
    file = try asked[out].map { try AnswerFile($0) }
    if let folder = asked[save] { try writing { try Folder.make(folder) } }
  }

  /// Pictures that an earlier call has read.
  var done: Set<String> { file?.done ?? [] }

  var interruption: String {
    let place = asked[out].map { ", which are in \($0): the same command goes on" } ?? ""
    return "interrupted after \(counted(read, "picture"))\(place)"
  }

  mutating func read(_ names: [String]) throws {
    let opened = try names.contains("-") ? names.map(open) : PictureFiles.read(names)
    let readings = try reader.read(opened.compactMap { try? $0.get() })
    var next = readings.makeIterator()
    var answers: [Answer] = []
    for (name, picture) in zip(names, opened) {
      let reading = picture.flatMap { _ in next.next() ?? .failure(NoAnswer()) }
      if let answer = try answer(name, reading) { answers.append(answer) }
    }
    read += answers.count
    unsure += answers.count { !$0.isSure }
    try file?.add(answers.map(\.json.text))
    guard file == nil || asked[json] else { return }
    for answer in answers {
      for line in answer.drawing { try asked.console.out(line) }
      try asked.console.out(asked[json] ? answer.json.text : answer.text)
    }
  }

  private struct NoAnswer: Error {}

  private func open(_ name: String) throws -> Result<Picture, any Error> {
    guard name == "-" else { return Result { try Picture(reading: name) } }
    let bytes = try StandardInput.bytes(atMost: PictureLimits().fileBytes)
    return Result { try Picture(decoding: bytes, named: "standard input") }
  }

  /// Nil for a picture that is left out.
  private mutating func answer(
    _ name: String, _ reading: Result<Reading, any Error>
  ) throws -> Answer? {
    do {
      let reading = try reading.get()
      if let folder = asked[save] {
        try keep(reading.seen, as: "\(folder)/\(names.place(of: name))")
      }
      return Answer(
        name, reading, threshold: asked[threshold], top: asked[top], isDrawn: asked[show])
    } catch let error as NoInkFound {
      return Answer(name, nothing: "\(error)")
    } catch let error as OutputError {
      throw error
    } catch {
      let line = error is FileError ? "\(error)" : "\(name): \(error)"
      guard asked[skipBad] else { throw InputError(message: line) }
      asked.console.warn(line)
      bad += 1
      return nil
    }
  }

  private func keep(_ seen: Picture, as path: String) throws {
    // An interrupted call may have got so far without saying that it had.
    if exists(path), (try? Picture(reading: path)) == seen { return }
    try refuseToOverwrite(path, force: asked[force])
    try writing {
      if let slash = path.lastIndex(of: "/") { try Folder.make(String(path[..<slash])) }
      try seen.writePNG(to: path)
    }
  }

  func end() throws -> ExitCode {
    if read + bad > 1 || file != nil {
      asked.console.note(
        "\(counted(read, "picture")) read, \(unsure) unsure" + (bad > 0 ? ", \(bad) left out" : ""))
    }
    return asked[strict] && unsure > 0 ? .unsure : .done
  }
}

/// What is said of one picture.
private struct Answer {
  var name: String
  var candidates: [Reading.Candidate]
  var isSure: Bool
  var note: String?
  /// What the network saw, if that was asked for.
  var drawing: [String] = []

  init(_ name: String, _ reading: Reading, threshold: Double, top: Int, isDrawn: Bool) {
    self.name = name
    if isDrawn { drawing = TerminalPicture.lines(reading.seen) }
    candidates = Array(reading.candidates.prefix(top))
    isSure = reading.isSure(threshold)
  }

  /// No digit at all.
  init(_ name: String, nothing note: String) {
    self.name = name
    candidates = []
    isSure = false
    self.note = note
  }

  var text: String {
    guard let first = candidates.first else { return "\(name): unsure, \(note ?? "")" }
    let others = candidates.dropFirst().map(inWords).joined(separator: ", ")
    let answer = isSure ? inWords(first) : "unsure, perhaps \(inWords(first))"
    return "\(name): \(answer)" + (others.isEmpty ? "" : " (\(others))")
  }

  private func inWords(_ candidate: Reading.Candidate) -> String {
    "\(candidate.name) \(Numbers.fixed(100 * Double(candidate.probability), 1)) %"
  }

  var json: JSONValue {
    var entries: [(String, JSONValue)] = [
      ("image", .string(name)), ("digit", isSure ? .string(candidates[0].name) : .null),
      ("unsure", .bool(!isSure)),
    ]
    if let first = candidates.first { entries.append(("confidence", number(first.probability))) }
    if let note { entries.append(("note", .string(note))) }
    entries.append(
      (
        "candidates",
        .array(
          candidates.map {
            .object([("digit", .string($0.name)), ("probability", number($0.probability))])
          })
      ))
    return .object(entries)
  }

  private func number(_ value: Float) -> JSONValue {
    .number((Double(value) * 1e6).rounded() / 1e6)
  }
}
