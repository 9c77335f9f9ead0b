// Trains LeNet-5 on MNIST for three passes, stopping and going on again as asked, and measures it on the test set:
//   swift run train [folder of MNIST] [folder of the run]
import DigitKit
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard let data = arguments.first ?? MNIST.folder() else {
  print("MNIST is not here: give the folder of its four files, or set DIGITKIT_DATA")
  exit(3)
}
let mnist = try MNIST.load(from: data)

var configuration = TrainingConfiguration()
configuration.batchSize = 128
configuration.budget = Budget(epochs: 3)

let trainer = try Trainer(
  Zoo.model("lenet5"), configuration, training: LabelledData(mnist.training),
  folder: arguments.dropFirst().first)
let result = try trainer.run(resumes: true) { event in
  if case .epoch(let epoch) = event {
    print("pass \(epoch.progress.epoch): loss \(epoch.loss)")
  }
  return .goOn
}

let evaluator = try Evaluator(trainer.model, parameters: result.parameters)
print("right of the test set: \(try evaluator.measure(LabelledData(mnist.test)).accuracy ?? 0)")
