import DigitKit

private let models = Argument(
  repeated: "MODEL", required: false, NetworkChoice.names,
  NetworkChoice.meaning + "; without one lenet5")
private let data = Flag(
  "--data", short: "-d", DataInput.names, "SET",
  DataInput.meaning + "; without it drawn digits of the network's size")
private let only = Flag(
  repeated: "--only", ValueType<MeasureName>.choice, "WHAT",
  "measure no more than this; may be given again")
private let batch = Flag(
  "--batch", short: "-b", .whole(1...65_536), "N", default: 128, "pictures of a training batch")
private let seconds = Flag(
  "--seconds", .number(0.01...600), "X", default: 1, "of one measurement in one round")
private let rounds = Flag(
  "--rounds", .whole(1...1000), "N", default: 5, "how often everything is measured")
private let json = Flag("--json", "one JSON object instead of text")
private let csv = Flag("--csv", "a table as CSV instead of text")
private let threads = Flag(
  "--threads", .whole(0...1024), "N", default: 0, "0: as many as there are")

/// Measures by name.
private enum MeasureName: String, CaseIterable {
  case training, prediction, one

  var measure: SpeedReport.Measure {
    switch self {
    case .training: .training
    case .prediction: .prediction
    case .one: .onePicture
    }
  }
}

let benchCommand = Command(
  name: "bench",
  abstract: "Measure how fast networks train and answer on this machine.",
  discussion: [
    "Images per second of training and of prediction (256 pictures a call), and the time for one picture on one thread, "
      + "through the library as a program uses it. Everything is measured in several rounds "
      + "that take turns; the median counts, and the least and the most say how far it can be trusted: "
      + "figures of a machine that has other work are none.",
    "--profile takes a training step and a prediction apart: the time of each operation, its rate as a part of what the "
      + "processor can do, and the bytes it moves; --out draws it.",
    "--scaling tells how speed goes with threads, with the size of a batch and of the network, and with the number of "
      + "pictures, whether cost grows linearly, and if not, why; --out FOLDER has it as JSON, CSV and plots. Passes over pictures "
      + "are digitctl train on digits that are drawn as they are needed, each in a process of its own.",
    "scripts/bench measures the kernels by themselves, beside what the processor can do; bench/compare measures "
      + "other frameworks in turns with this one.",
  ],
  arguments: [models],
  flags: [
    data, only, threads, batch, TrainingFlags.optimiser, TrainingFlags.rate, TrainingFlags.momentum,
    TrainingFlags.augmentation, seconds, rounds, json, csv,
    BenchProfile.profile,
  ] + BenchScaling.flags + BenchOutput.flags + DataInput.flags,
  examples: [
    .init("bench", "lenet5, some 20 seconds"),
    .init("bench lenet5 keras-cnn --threads 1", "two networks in turns, on one thread"),
    .init(
      "bench vgg16 --only training --data mnist --optimizer momentum --batch 64",
      "one figure alone, on real pictures"),
    .init("bench runs/lenet5-1 --augment digits --csv", "a trained model, as a table for programs"),
    .init("bench lenet5 --profile --out profile.svg", "where its time goes, also as a picture"),
    .init("bench --scaling threads --scaling batch", "whether more threads and larger batches pay"),
    .init(
      "bench --scaling all --largest 10M --out scaling", "everything, with plots: some 40 minutes"),
  ]
) { invocation in
  try invocation.refuseBoth(json, csv)
  try check(invocation)
  let names = invocation[models].isEmpty ? ["lenet5"] : invocation[models]
  let candidates = try names.map { name in
    let choice = try NetworkChoice(name)
    return SpeedReport.Candidate(name, choice.model, parameters: choice.parameters)
  }
  let options = try options(invocation)
  if !invocation[BenchScaling.scaling].isEmpty {
    let given = invocation[models].isEmpty ? [] : candidates
    let report = try BenchScaling.measure(given, options, invocation)
    try print(report.json, report.csv, report.text, invocation)
    return .done
  }
  if invocation[BenchProfile.profile] {
    let report = try BenchProfile.measure(candidates, options, invocation)
    try print(report.json, report.csv, report.text, invocation)
    return .done
  }
  let measurements = names.count * options.rounds * options.measures.count
  invocation.console.note(
    "\(counted(measurements, "measurement")) of \(Numbers.time(options.seconds)) each")
  var progress = Progress("measuring", on: invocation.console)
  defer { progress.clear() }
  let report = try SpeedReport.measure(candidates, options: options) { done, total, next in
    progress.show(done, of: total) { _ in next }
  }
  progress.clear()
  try print(report.json, report.csv, report.text, invocation)
  return .done
}

/// Flags that ask for different things, and what is there already.
private func check(_ asked: Invocation) throws {
  let scales = !asked[BenchScaling.scaling].isEmpty
  if asked[BenchProfile.profile], asked.isGiven(only) {
    throw UsageError(
      message: "--only is not for --profile, which always takes training and prediction")
  }
  guard scales || asked[BenchProfile.profile] || asked[BenchOutput.out] == nil else {
    throw UsageError(
      message: "--out is for a profile or plots: give --profile or --scaling with it")
  }
  let others = [
    (BenchProfile.profile.name, asked[BenchProfile.profile]), (only.name, asked.isGiven(only)),
    (data.name, asked.isGiven(data)), (batch.name, asked.isGiven(batch)),
    (TrainingFlags.optimiser.name, asked.isGiven(TrainingFlags.optimiser)),
    (TrainingFlags.rate.name, asked.isGiven(TrainingFlags.rate)),
    (TrainingFlags.momentum.name, asked.isGiven(TrainingFlags.momentum)),
    (TrainingFlags.augmentation.name, asked.isGiven(TrainingFlags.augmentation)),
  ].filter(\.1).map(\.0)
  try BenchScaling.check(asked, refusing: others, out: asked[BenchOutput.out])
  if !scales { try BenchProfile.check(asked) }
}

/// In the form that was asked for.
private func print(
  _ asJSON: () throws -> String, _ asCSV: @autoclosure () -> String,
  _ text: @autoclosure () -> String, _ invocation: Invocation
) throws {
  if invocation[json] { return try invocation.console.out(asJSON()) }
  try invocation.console.out(invocation[csv] ? asCSV().withoutLastBreak : text())
}

private func options(_ asked: Invocation) throws -> SpeedReport.Options {
  var options = SpeedReport.Options()
  if asked.isGiven(only) { options.measures = Set(asked[only].map(\.measure)) }
  options.data = try asked[data].map { try DataInput.read($0, asked) }
  options.threads = asked[threads]
  options.batch = asked[batch]
  options.seconds = asked[seconds]
  options.rounds = asked[rounds]
  options.optimiser = try asked[TrainingFlags.optimiser].optimiser(
    rate: asked[TrainingFlags.rate], momentum: asked[TrainingFlags.momentum], weightDecay: nil)
  options.augmentation = try TrainingFlags.changes(asked)
  options.check = Interrupts.check
  return options
}
