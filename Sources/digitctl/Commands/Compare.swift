import DigitKit

private let runs = Argument(repeated: "RUN", ValueType<String>.folder, "the folder of a run")
private let data = Flag(
  "--data", short: "-d", DataInput.names, "SET",
  "measure all on these pictures, and whether they differ")
private let page = Flag("--report", .file, "FILE", "a page with the curves over each other")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are")
private let json = Flag("--json", "one JSON object instead of text")
private let csv = Flag("--csv", "a table as CSV instead of text")
private let force = Flag("--force", short: "-f", "write over a page that is there")

let compareCommand = Command(
  name: "compare",
  abstract:
    "Set runs side by side: a table, curves, and whether their models differ by more than luck.",
  arguments: [runs],
  flags: [data, page, threads, json, csv, force] + DataInput.flags,
  examples: [
    .init("compare runs/lenet5-1 runs/keras-cnn-1", "how they went"),
    .init(
      "compare runs/* --data mnist --report compared.html",
      "read the same pictures with all (McNemar's test), and draw the curves"),
  ]
) { invocation in
  try invocation.refuseBoth(json, csv)
  let names = invocation[runs]
  guard names.count >= 2 else {
    throw UsageError(message: "compare needs at least two runs, not \(names.count)")
  }
  if let path = invocation[page] { try refuseToOverwrite(path, force: invocation[force]) }
  let reports = try names.map { (name: $0, report: try RunReport(folder: $0)) }
  let set = try invocation[data].map { try DataInput.read($0, invocation) }
  let report = try ComparisonReport(
    command: ShellWords.joined(["digitctl"] + invocation.arguments), runs: reports, data: set?.name,
    predictions: try set.map { set in
      try names.map { try predictions(of: $0, on: set, threads: invocation[threads]) }
    } ?? [])
  if let path = invocation[page] { try writing { try AtomicFile.write(report.page, to: path) } }
  if invocation[json] {
    try invocation.console.out(report.json())
  } else {
    try invocation.console.out(invocation[csv] ? report.csv.withoutLastBreak : report.text)
  }
  return .done
}

private func predictions(
  of run: String, on set: DataSet, threads: Int
) throws -> Predictions {
  let trained = try TrainedModel(run)
  let part = set.test == nil ? DataPart.training : .test
  let pictures = try trained.read(set, part)[0].set
  return try Evaluator(
    trained.file.model, parameters: trained.file.parameters, threads: threads
  ).predictions(LabelledData(pictures))
}
