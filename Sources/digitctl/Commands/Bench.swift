import DigitKit

private let models = Argument(
  repeated: "MODEL", required: false, NetworkChoice.names,
  NetworkChoice.meaning + "; without one lenet5")
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

let benchCommand = Command(
  name: "bench",
  abstract: "Measure how fast networks train and answer on this machine.",
  discussion: [
    "Images per second of training and of prediction (256 pictures a call), and the time for one picture on one thread, "
      + "on drawn digits, through the library as a program uses it. Everything is measured in several rounds "
      + "that take turns; the median counts, and the least and the most say how far it can be trusted: "
      + "figures of a machine that has other work are none.",
    "--profile takes a training step and a prediction apart: the time of each operation, its rate as a part of what the "
      + "processor can do, and the bytes it moves; --out draws it.",
    "scripts/bench measures the kernels by themselves, beside what the processor can do.",
  ],
  arguments: [models],
  flags: [threads, batch, TrainingFlags.augmentation, seconds, rounds, json, csv]
    + BenchProfile.flags,
  examples: [
    .init("bench", "lenet5, some 20 seconds"),
    .init("bench lenet5 keras-cnn --threads 1", "two networks in turns, on one thread"),
    .init("bench runs/lenet5-1 --augment digits --csv", "a trained model, as a table for programs"),
    .init("bench lenet5 --profile --out profile.svg", "where its time goes, also as a picture"),
  ]
) { invocation in
  try invocation.refuseBoth(json, csv)
  try BenchProfile.check(invocation)
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
  let measurements = names.count * options.rounds * SpeedReport.Measure.allCases.count
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
  options.threads = asked[threads]
  options.batch = asked[batch]
  options.seconds = asked[seconds]
  options.rounds = asked[rounds]
  options.augmentation = try TrainingFlags.changes(asked)
  options.check = Interrupts.check
  return options
}
