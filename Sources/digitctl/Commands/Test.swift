import DigitKit

private let model = Argument(
  optional: "MODEL", TrainedModel.names, TrainedModel.argument + "; without it digitnet")
private let data = Flag(
  "--data", short: "-d", DataInput.names, "SET",
  DataInput.meaning + "; without it mnist, or synth if that is not there")
private let part = Flag(
  "--part", ValueType<DataPart>.choice, "PART",
  "which pictures; without it those to be tested on, or all where the set makes no difference")
private let tta = Flag("--tta", "read each picture in five positions, and average")
private let allowed = Flag(
  "--max-error", .number(0...1), "PART", default: 0.001,
  "of accepted readings that may be wrong, when the threshold for \"unsure\" is chosen")
private let page = Flag("--report", .file, "FILE", "the page's name; test.html in a run's folder")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are")
private let json = Flag("--json", "one JSON object instead of text")
private let csv = Flag("--csv", "a table of the classes as CSV instead of text")
private let force = Flag("--force", short: "-f", "write over a page that is there")

let testCommand = Command(
  name: "test",
  abstract: "Measure how well a model reads labelled pictures.",
  discussion: [
    "Accuracy with its confidence interval, precision, recall and F1 of each class, confusion, ROC, calibration, "
      + "and how much can be read with how few errors if the model may say \"unsure\". The page shows all of it, "
      + "with the worst mistakes as pictures."
  ],
  arguments: [model],
  flags: [data, part, tta, allowed, page, threads, json, csv, force] + DataInput.flags,
  examples: [
    .init("test", "digitnet, which ships, on MNIST's test pictures"),
    .init("test runs/lenet5-1", "on MNIST's test pictures; a page in the run's folder"),
    .init("test best.safetensors --data usps --report usps.html", "on other data"),
    .init("test --data photos/ --prepare", "photos, a folder of them for each class"),
    .init("test runs/lenet5-1 --json", "for programs"),
  ]
) { invocation in
  try invocation.refuseBoth(json, csv)
  let trained = try TrainedModel(invocation[model])
  let place = try pagePlace(trained, invocation)
  let set = try DataInput.read(
    invocation[data] ?? DataInput.usual(.test, invocation.console), invocation)
  let part = invocation[part] ?? (set.test == nil ? .training : .test)
  let pictures = try ImageSet(joining: trained.read(set, part).map(\.set))
  let report = try measured(trained, pictures, set, invocation)
  if let place { try writing { try AtomicFile.write(report.page, to: place) } }
  // The run's own page tells how good the model is as well, where a log was kept.
  if let folder = trained.folder, let run = try? RunReport(folder: folder.path, test: report) {
    try writing { try AtomicFile.write(run.page, to: folder.report) }
  }
  try tell(report, place, invocation)
  return .done
}

/// Where the page goes: a run's folder has its own, which each test writes anew.
private func pagePlace(_ trained: TrainedModel, _ invocation: Invocation) throws -> String? {
  if let path = invocation[page] {
    try refuseToOverwrite(path, force: invocation[force])
    return path
  }
  return trained.folder.map { $0.path + "/test.html" }
}

private func measured(
  _ trained: TrainedModel, _ pictures: ImageSet, _ set: DataSet, _ invocation: Invocation
) throws -> TestReport {
  var options = TestReport.Options()
  options.allowedError = invocation[allowed]
  options.threads = invocation[threads]
  var about = TestReport.About(
    command: ShellWords.joined(["digitctl"] + invocation.arguments), modelName: trained.name,
    data: set.name, classes: trained.classes(set))
  if invocation[DataInput.prepare] {
    about.notes.append("the digit of each picture was found and centred first")
  }
  if let input = trained.file.model.inputs.first,
    (pictures.height, pictures.width) != (input.sourceHeight, input.sourceWidth)
  {
    let note =
      "pictures of \(pictures.height)x\(pictures.width) were laid into the middle of "
      + "\(input.sourceHeight)x\(input.sourceWidth); --prepare finds and scales the digits"
    about.notes.append(note)
    invocation.console.note(note)
  }
  let labelled = try LabelledData(pictures)
  guard invocation[tta] else {
    return try TestReport.measure(
      trained.file.model, trained.file.parameters, on: labelled, about: about, options: options)
  }
  about.notes.append(
    "each picture was read in \(Evaluator.positions.count) positions, and what was read averaged")
  let evaluator = try Evaluator(
    trained.file.model, parameters: trained.file.parameters, threads: options.threads)
  return try TestReport(
    evaluator.predictionsInSeveralPositions(labelled), pictures: labelled, about: about,
    options: options)
}

private func tell(_ report: TestReport, _ place: String?, _ invocation: Invocation) throws {
  let console = invocation.console
  if invocation[json] { return try console.out(report.json()) }
  if invocation[csv] { return try console.out(report.csv.withoutLastBreak) }
  try console.out(report.text)
  if let place { try console.out("\nreport  \(place)") }
}
