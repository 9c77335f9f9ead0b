import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let model = Flag(
  "--model", short: "-m", TrainedModel.names, "MODEL", default: ShippedModel.usual.name,
  TrainedModel.argument)
private let confidence = Flag(
  "--confidence", .number(0...1), "X", default: 0.9,
  "how sure the network must be of something else")
private let most = Flag("--most", .whole(1...1_000_000), "N", default: 100, "tell at most N")
private let sheet = Flag("--sheet", .file, "FILE.png", "also draw them")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are cores")
private let force = Flag("--force", short: "-f", "write over what is there")
private let json = Flag("--json", "one JSON object for each label")

let dataSuspectsCommand: Command = Command(
  name: "suspects",
  abstract:
    "Find labels that are probably wrong: those that a trained network is sure to contradict.",
  discussion: [
    "The most doubtful come first. A network that was trained on these very pictures may have learnt wrong labels "
      + "too: ask one that has not seen them."
  ],
  arguments: [source],
  flags: [model, confidence, most, sheet, threads, DataInput.part, force, json] + DataInput.flags,
  examples: [
    .init(
      "data suspects pictures/ --model runs/first --sheet doubtful.png",
      "what the network of a run doubts, to look at")
  ]
) { invocation in
  if let path = invocation[sheet] { try refuseToOverwrite(path, force: invocation[force]) }
  let file = try TrainedModel(invocation[model]).file
  let evaluator = try Evaluator(
    file.model, parameters: file.parameters, threads: invocation[threads])
  let data = try DataInput.read(invocation[source], invocation)
  var pictures: [Picture] = []
  var captions: [String] = []
  for (part, set) in try invocation[DataInput.part].sets(of: data) {
    try Interrupts.check()
    let found = try LabelDoubts(
      evaluator.predictions(LabelledData(set)), confidence: invocation[confidence]
    ).doubts
    let names = (0..<set.classes).map { label in
      data.classNames.indices.contains(label) ? data.classNames[label] : "\(label)"
    }
    if !invocation[json] {
      try invocation.console.out("\(part): \(found.count) of \(set.count) labels are contradicted")
    }
    for doubt in found.prefix(invocation[most] - pictures.count) {
      try tell(doubt, part, names, invocation)
      pictures.append(set.picture(doubt.index))
      captions.append("\(names[doubt.label]) or \(names[doubt.predicted])?\n#\(doubt.index)")
    }
  }
  if let path = invocation[sheet], !pictures.isEmpty {
    let drawn = try ContactSheet(scale: 3).draw(pictures, captions: captions)
    try writing { try drawn.writePNG(to: path) }
  }
  return .done
}

private func tell(
  _ doubt: LabelDoubts.Doubt, _ part: String, _ names: [String], _ invocation: Invocation
) throws {
  let (label, predicted) = (names[doubt.label], names[doubt.predicted])
  if invocation[json] {
    try invocation.console.out(
      JSONValue.object([
        ("part", .string(part)), ("picture", .number(Double(doubt.index))),
        ("label", .string(label)), ("predicted", .string(predicted)),
        ("confidence", .number(doubt.probability)),
        ("labelProbability", .number(doubt.labelProbability)),
      ]).text)
  } else {
    let percent = (doubt.probability * 1000).rounded() / 10
    try invocation.console.out(
      "  \(part) \(doubt.index): \(label), but probably \(predicted) (\(percent) %)")
  }
}
