// swift-format-ignore-file
// Examples stand here as their document shows them.
import DigitKit

func reportExamples() throws {
  let mnist = try Material.mnist()
  let (model, names) = (try Zoo.model("softmax"), Material.names)
  var configuration = TrainingConfiguration()
  configuration.budget.epochs = 1
  let trainer = try Trainer(
    model, configuration, training: LabelledData(mnist.training), folder: "runs/first")
  let second = try Material.run(in: "runs/second")
  let ofSecond = try Evaluator(second.model, parameters: second.result.parameters)
    .predictions(LabelledData(mnist.test))
  let ofFirst = ofSecond
  // shown in docs/reports.md
  let log = RunLog(folder: "runs/first", RunDescription(
    command: ShellWords.joined(CommandLine.arguments), model: model,
    data: .init(name: "MNIST", training: 54_000, validation: 6_000, classes: names), configuration: configuration))
  let result = try trainer.run(resumes: true, log.callback)

  let test = try TestReport.measure(
    model, result.parameters, on: LabelledData(mnist.test),
    about: .init(command: "...", modelName: "runs/first", data: "MNIST test", classes: names))
  print(test.text)                             // also .page, .json(), .csv, .confusionCSV, .drawings
  try log.write(RunReport(folder: "runs/first", test: test))       // report.html, and pictures for TensorBoard

  let both = try ComparisonReport(
    command: "...", runs: [("a", RunReport(folder: "runs/first")), ("b", RunReport(folder: "runs/second"))],
    data: "MNIST test", predictions: [ofFirst, ofSecond])      // by Evaluator.predictions, on the same pictures
  both.pairs[0].isSignificant                  // McNemar's test
  // end
}
