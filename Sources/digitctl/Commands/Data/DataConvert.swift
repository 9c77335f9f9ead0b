import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let out = Argument("OUT", ValueType<String>.folder, "a folder, or a file that ends in .npz")
private let form = Flag(
  "--form", ValueType<DataForm>.choice, "FORM",
  "without it npz for a name that ends so, otherwise idx")
private let plain = Flag("--plain", "IDX files that are not packed")
private let force = Flag("--force", short: "-f", "write over what is there")
private let json = Flag("--json", "one JSON object for each part")

private enum DataForm: String, CaseIterable {
  case idx
  case npz
  case png
}

let dataConvertCommand: Command = Command(
  name: "convert",
  abstract: "Write a data set in another form: IDX files, NumPy's .npz, or a folder of PNG files.",
  discussion: [
    "IDX files have MNIST's names, the arrays of an .npz Keras's. PNG files lie in a folder for each class, below "
      + "train/ and test/ where the set has both parts."
  ],
  arguments: [source, out],
  flags: [form, plain, force, json] + DataInput.flags,
  examples: [
    .init(
      "data convert pictures/ digits",
      "a folder of pictures into digits/train-images-idx3-ubyte.gz, ..."),
    .init("data convert mnist mnist.npz", "for NumPy and Keras"),
    .init("data convert mnist pngs --form png", "70,000 PNG files"),
  ]
) { invocation in
  let path = invocation[out]
  let form = invocation[form] ?? (path.hasSuffix(".npz") ? .npz : .idx)
  if form != .idx { try refuseToOverwrite(path, force: invocation[force]) }
  let data = try DataInput.read(invocation[source], invocation)
  let parts = try DataPart.all.sets(of: data)
  try writing {
    switch form {
    case .npz: try data.writeNPZ(to: path)
    case .idx: try writeIDX(parts, to: path, invocation)
    case .png: try writePictures(parts, data, to: path, invocation)
    }
  }
  for (name, set) in parts { try tell(name, set, path, form, invocation) }
  return .done
}

private func writeIDX(
  _ parts: [(name: String, set: ImageSet)], to folder: String, _ invocation: Invocation
) throws {
  let isPacked = !invocation[plain]
  for (name, _) in parts {
    for file in ImageSet.namesOfIDX(part: name, isPacked: isPacked) {
      try refuseToOverwrite("\(folder)/\(file)", force: invocation[force])
    }
  }
  for (name, set) in parts { try set.writeIDX(to: folder, part: name, isPacked: isPacked) }
}

private func writePictures(
  _ parts: [(name: String, set: ImageSet)], _ data: DataSet, to folder: String,
  _ invocation: Invocation
) throws {
  var progress = Progress("writing", on: invocation.console)
  let total = parts.reduce(0) { $0 + $1.set.count }
  var before = 0
  defer { progress.clear() }
  for (name, set) in parts {
    let place = parts.count == 1 ? folder : folder + (name == "train" ? "/train" : "/test")
    try set.writePictures(to: place, classNames: data.classNames) { done in
      if Interrupts.wanted {
        throw Interrupted(
          message: "stopped with \(before + done) of \(total) pictures in \(folder)")
      }
      progress.show(before + done, of: total) { _ in "\(before + done) of \(total) pictures" }
    }
    before += set.count
  }
}

private func tell(
  _ name: String, _ set: ImageSet, _ path: String, _ form: DataForm, _ invocation: Invocation
) throws {
  if invocation[json] {
    try invocation.console.out(
      JSONValue.object([
        ("path", .string(path)), ("form", .string(form.rawValue)), ("part", .string(name)),
        ("count", .number(Double(set.count))), ("height", .number(Double(set.height))),
        ("width", .number(Double(set.width))),
      ]).text)
  } else {
    try invocation.console.out(
      "\(path)  \(form.rawValue), \(name): \(set.count) pictures of \(set.height)x\(set.width)")
  }
}
