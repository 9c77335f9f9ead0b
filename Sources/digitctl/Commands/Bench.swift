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
    "scripts/bench measures the kernels by themselves, beside what the processor can do; bench/compare measures "
      + "other frameworks in turns with this one.",
  ],
  arguments: [models],
  flags: [
    data, only, threads, batch, TrainingFlags.optimiser, TrainingFlags.rate, TrainingFlags.momentum,
    TrainingFlags.augmentation, seconds, rounds, json, csv,
  ] + BenchProfile.flags + DataInput.flags,
  examples: [
    .init("bench", "lenet5, some 20 seconds"),
    .init("bench lenet5 keras-cnn --threads 1", "two networks in turns, on one thread"),
    .init(
      "bench vgg16 --only training --data mnist --optimizer momentum --batch 64",
      "one figure alone, on real pictures"),
    .init("bench runs/lenet5-1 --augment digits --csv", "a trained model, as a table for programs"),
    .init("bench lenet5 --profile --out profile.svg", "where its time goes, also as a picture"),
  ]
) { invocation in
  try invocation.refuseBoth(json, csv)
  try BenchProfile.check(invocation)
  if invocation[BenchProfile.profile], invocation.isGiven(only) {
    throw UsageError(
      message: "--only is not for --profile, which always takes training and prediction")
  }
  let names = invocation[models].isEmpty ? ["lenet5"] : invocation[models]
  let candidates = try names.map { name in
    let choice = try NetworkChoice(name)
    return SpeedReport.Candidate(name, choice.model, parameters: choice.parameters)
  }
  let options = try options(invocation)
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
