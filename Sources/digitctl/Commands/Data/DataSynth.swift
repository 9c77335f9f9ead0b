import DigitKit

private let out = Argument(
  "OUT", ValueType<String>.folder, "a folder for IDX files or strings, or a file .png for a sheet")
private let count = Flag(
  "--count", short: "-n", .whole(1...100_000_000), "N", default: 60_000,
  "how many pictures; of a sheet and of strings 100 unless said")
private let test = Flag(
  "--test", .whole(0...100_000_000), "N", default: 0,
  "how many more for the part to be tested on: the next ones")
private let first = Flag(
  "--first", .whole(0...), "N", default: 0,
  "the number of the first picture: each number is another one")
private let style = Flag(
  "--style", ValueType<SynthStyleName>.choice, "STYLE", default: .handwriting,
  "what kinds of digits")
private let noise = Flag(
  "--noise", .number(0...3), "X",
  "specks, rough edges and uneven ink: 0 none, 1 as in scanned forms")
private let variety = Flag(
  "--variety", .number(0...2), "X",
  "how strongly handwriting differs: 0 all alike, 1 as people's does")
private let side = Flag(
  "--side", .whole(12...256), "N", default: 28, "rows and columns of a picture")
private let seed = Flag("--seed", .seed, "SEED", default: 1, "other seeds draw other digits")
private let strings = Flag(
  "--strings", "strings of digits with labels.csv and boxes.csv instead of single ones")
private let digits = Flag<String?>(
  "--digits", DataInput.names, "DATA", "compose the strings of this set's digits, not of drawn ones"
)
private let length = Flag(
  "--length", ValueType<ClosedRange<Int>>.lengths, "N-M", default: 1...7,
  "how many digits a string has")
private let force = Flag("--force", short: "-f", "write over what is there")
private let json = Flag("--json", "one JSON object instead of text")

private enum SynthStyleName: String, CaseIterable, CustomStringConvertible {
  case handwriting
  case printed
  case everything
  var description: String { rawValue }

  var style: Synth.Style {
    switch self {
    case .handwriting: .handwriting
    case .printed: .printed
    case .everything: .everything
    }
  }
}

let dataSynthCommand: Command = Command(
  name: "synth",
  abstract: "Draw digits: an endless set that needs no data, the same for a seed on any machine.",
  arguments: [out],
  flags: [
    count, test, first, style, noise, variety, side, seed, strings, digits, length, force, json,
  ] + DataInput.flags,
  examples: [
    .init("data synth drawn --test 10000", "as many digits as MNIST has, as IDX files"),
    .init("data synth drawn.png --style everything", "a hundred of them to look at"),
    .init("data synth lines --strings --digits mnist -n 500", "strings of MNIST's digits"),
  ],
  takesConfiguration: true
) { invocation in
  let path = invocation[out]
  if invocation[strings] { return try writeStrings(to: path, invocation) }
  let synth = try Synth(
    seed: invocation[seed], style: chosenStyle(invocation), side: invocation[side])
  if path.hasSuffix(".png") {
    let number = invocation.isGiven(count) ? invocation[count] : 100
    return try drawSheet(of: synth, number, to: path, invocation)
  }
  var start = invocation[first]
  for (part, number) in [("train", invocation[count]), ("t10k", invocation[test])] where number > 0
  {
    for file in ImageSet.namesOfIDX(part: part) {
      try refuseToOverwrite("\(path)/\(file)", force: invocation[force])
    }
    try Interrupts.check()
    let set = try synth.images(count: number, from: start)
    start += number
    try writing { try set.writeIDX(to: path, part: part) }
    try tell(path, part, number, invocation)
  }
  return .done
}

private func chosenStyle(_ invocation: Invocation) -> Synth.Style {
  var style = invocation[style].style
  if let value = invocation[noise] { style.noise = Float(value) }
  if let value = invocation[variety] { style.variety = Float(value) }
  return style
}

private func drawSheet(
  of synth: Synth, _ number: Int, to path: String, _ invocation: Invocation
) throws -> ExitCode {
  try refuseToOverwrite(path, force: invocation[force])
  let set = try synth.images(count: number, from: invocation[first])
  let sheet = try ContactSheet(columns: 10).draw((0..<set.count).map(set.picture))
  try writing { try sheet.writePNG(to: path) }
  try tell(path, "sheet", number, invocation)
  return .done
}

/// PNG files `00000.png`, ..., with the digits of each in `labels.csv` and where each digit lies in `boxes.csv`.
private func writeStrings(to folder: String, _ invocation: Invocation) throws -> ExitCode {
  for file in ["labels.csv", "boxes.csv"] {
    try refuseToOverwrite("\(folder)/\(file)", force: invocation[force])
  }
  var options = DigitStrings.Options()
  options.length = invocation[length]
  let source: DigitStrings.Source =
    try invocation[digits].map { .images(try DataInput.read($0, invocation).training) }
    ?? .drawn(chosenStyle(invocation))
  let drawn = try DigitStrings(of: source, options: options, seed: invocation[seed])
  let number = invocation.isGiven(count) ? invocation[count] : 100
  var progress = Progress("drawing", on: invocation.console)
  var labels = "file,label\n"
  var boxes = "file,digit,x,y,w,h\n"
  try writing { try Folder.make(folder) }
  for place in 0..<number {
    try Interrupts.check()
    let string = try drawn.string(invocation[first] + place)
    let name = numbered(place, of: number) + ".png"
    try writing { try string.picture.writePNG(to: "\(folder)/\(name)") }
    labels += "\(name),\(string.text)\n"
    for (digit, box) in zip(string.text, string.boxes) {
      boxes += "\(name),\(digit),\(box.x),\(box.y),\(box.width),\(box.height)\n"
    }
    progress.show(place + 1, of: number) { _ in "\(place + 1) of \(number)" }
  }
  progress.clear()
  try writing {
    try AtomicFile.write(labels, to: "\(folder)/labels.csv")
    try AtomicFile.write(boxes, to: "\(folder)/boxes.csv")
  }
  try tell(folder, "strings", number, invocation)
  return .done
}

/// With as many zeros before it as the largest number needs, and at least five digits.
private func numbered(_ number: Int, of count: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(5, String(count - 1).count) - text.count) + text
}

private func tell(
  _ path: String, _ part: String, _ number: Int, _ invocation: Invocation
) throws {
  if invocation[json] {
    try invocation.console.out(
      JSONValue.object([
        ("path", .string(path)), ("part", .string(part)), ("count", .number(Double(number))),
        ("seed", .number(Double(invocation[seed]))),
      ]).text)
  } else {
    try invocation.console.out("\(path)  \(part): \(number)")
  }
}

extension ValueType where Value == ClosedRange<Int> {
  /// `4`, or `3-7`.
  static let lengths = ValueType(form: .special("a number such as 4, or a range such as 3-7")) {
    word in
    let ends = word.split(whereSeparator: { "-.".contains($0) }).map { Int($0) }
    guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
      low >= 1, high >= low, high <= 64
    else { return nil }
    return low...high
  }
}
