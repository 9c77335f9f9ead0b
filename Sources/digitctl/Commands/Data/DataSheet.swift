import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let out = Flag("--out", short: "-o", .file, "FILE.png", default: "sheet.png", "the picture")
private let count = Flag(
  "--count", short: "-n", .whole(1...10_000), "N", default: 100, "how many pictures")
private let only = Flag<[String]>(
  repeated: "--class", .text, "NAME", "only this class, by its name or number")
private let order = Flag("--shuffle", .seed, "SEED", "in the random order of this seed")
private let columns = Flag(
  "--columns", .whole(0...1000), "N", default: 0, "pictures in a row; 0: about square")
private let scale = Flag("--scale", .whole(1...32), "N", default: 2, "each dot becomes N by N")
private let augment = Flag<String?>(
  "--augment", .text, "CHANGES",
  "show what training would see: each picture, then what nine epochs make of it")
private let force = Flag("--force", short: "-f", "write over what is there")

let dataSheetCommand: Command = Command(
  name: "sheet",
  abstract: "Draw pictures of a data set side by side into a PNG file.",
  discussion: [
    "With --prepare and the photo of one digit for DATA, each step is shown on its way into MNIST's form."
  ],
  arguments: [source],
  flags: [out, count, only, order, columns, scale, augment, DataInput.part, force]
    + DataInput.flags,
  examples: [
    .init("data sheet mnist", "the first hundred, into sheet.png"),
    .init(
      "data sheet mnist --augment rotate=15,shift=2 -n 8",
      "eight of them, as augmentation changes them"),
    .init("data sheet seven.jpg --prepare", "how a photo is read, step by step"),
    .init("data sheet mnist --class 7 --shuffle 1 -o sevens.png", "a hundred sevens, drawn by lot"),
  ]
) { invocation in
  try refuseToOverwrite(invocation[out], force: invocation[force])
  if invocation[DataInput.prepare], PictureFiles.isPicture(invocation[source]) {
    let picture = try Picture(reading: invocation[source])
    let prepared = try DigitPreparation().prepare(picture, showsSteps: true)
    try save(prepared.sheet(), prepared.steps.count, "steps", invocation)
    return .done
  }
  let data = try DataInput.read(invocation[source], invocation)
  if let text = invocation[augment] {
    let changes = try readAugmentation(text)
    let (_, set) = try invocation[DataInput.part].sets(of: data)[0]
    let rows = invocation.isGiven(count) ? invocation[count] : 10
    let indices = Array(try chosen(from: set, data.classNames, invocation).prefix(rows))
    for warning in changes.warnings { invocation.console.warn(warning) }
    let sheet = try changes.preview(
      of: set, indices: indices, seed: invocation[order] ?? 1, scale: invocation[scale])
    try save(sheet, indices.count, "pictures", invocation)
    return .done
  }
  var pictures: [Picture] = []
  var captions: [String] = []
  for (_, set) in try invocation[DataInput.part].sets(of: data) {
    for index in try chosen(from: set, data.classNames, invocation).prefix(
      invocation[count] - pictures.count)
    {
      pictures.append(set.picture(index))
      captions.append("\(name(of: Int(set.labels[index]), data.classNames)) \(index)")
    }
  }
  let sheet = try ContactSheet(columns: invocation[columns], scale: invocation[scale])
    .draw(pictures, captions: captions)
  try save(sheet, pictures.count, "pictures", invocation)
  return .done
}

private func save(
  _ sheet: Picture, _ count: Int, _ what: String, _ invocation: Invocation
) throws {
  try writing { try sheet.writePNG(to: invocation[out]) }
  try invocation.console.out("\(invocation[out])  \(count) \(what)")
}

private func name(of label: Int, _ names: [String]) -> String {
  names.indices.contains(label) ? names[label] : "\(label)"
}

/// The indices to be shown, in their order.
private func chosen(
  from set: ImageSet, _ names: [String], _ invocation: Invocation
) throws -> [Int] {
  var indices = Array(0..<set.count)
  if !invocation[only].isEmpty {
    let labels = try invocation[only].map { word in
      guard let label = names.firstIndex(of: word) ?? Int(word), (0..<set.classes).contains(label)
      else {
        throw UsageError(
          message: "there is no class '\(word)'" + nearestMatch(word, in: names)
            + (names.count <= 12 ? "; there are " + names.joined(separator: ", ") : ""))
      }
      return Int32(label)
    }
    indices = indices.filter { labels.contains(set.labels[$0]) }
  }
  guard let seed = invocation[order], !indices.isEmpty else { return indices }
  return try Batches(of: indices, size: indices.count, seed: seed, epoch: 0).order.map(Int.init)
}
