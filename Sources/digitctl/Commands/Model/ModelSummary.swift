import DigitKit

private let name = Argument("MODEL", NetworkChoice.names, NetworkChoice.meaning)
private let architecture = Flag("--json", "the layers as a JSON file that train --model takes")

let modelSummaryCommand = Command(
  name: "summary",
  abstract: "The layers of a network: shapes, parameters, multiply-adds, memory.",
  arguments: [name],
  flags: [architecture],
  examples: [
    .init("model summary lenet5", "a table"),
    .init("model summary lenet5 --json > mine.json", "a file to change and train"),
    .init("model summary runs/lenet5-1", "of a trained model, with how it came about"),
  ]
) { invocation in
  let choice = try NetworkChoice(invocation[name])
  guard !invocation[architecture] else {
    try invocation.console.out(choice.model.architecture())
    return .done
  }
  try invocation.console.out(choice.model.summary)
  for line in try choice.facts { try invocation.console.out(line) }
  return .done
}
