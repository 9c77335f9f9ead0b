// swift-format-ignore-file
// Examples stand here as their document shows them.
import DigitKit

func readmeExamples() throws {
  // shown in README.md, Sources/DigitKit/DigitKit.docc/DigitKit.md
  let mnist = try MNIST.load(from: "data/mnist")     // the four IDX files, packed or not
  let trainer = try Trainer(
    Zoo.model("lenet5"), TrainingConfiguration(),
    training: LabelledData(mnist.training), folder: "runs/first")
  let result = try trainer.run(resumes: true)        // also leaves runs/first/last.safetensors
  let evaluator = try Evaluator(trainer.model, parameters: result.parameters)
  print(try evaluator.measure(LabelledData(mnist.test)).accuracy ?? 0)
  // end
}
