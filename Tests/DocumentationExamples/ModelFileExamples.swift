// swift-format-ignore-file
// Examples stand here as their document shows them.
import DigitKit

func modelFileExamples() throws {
  let file = try writeAndRead()
  try file.write(to: "from-pytorch.safetensors")
  try useParts(another: file.model)
  try makeImages(file)
}

private func writeAndRead() throws -> ModelFile {
  // shown in docs/model-files.md
  let model = try Zoo.model("lenet5")
  let parameters = Parameters(for: model)
  parameters.initialise(seed: 1)                            // or those of a training's result
  try ModelFile(
    model, parameters: parameters, classes: (0...9).map(String.init),
    record: TrainingRecord(data: "mnist", seed: 1, epochs: 10, validationAccuracy: 0.991),
    licence: "Apache-2.0", origin: "trained on MNIST's training set"
  ).write(to: "digits.safetensors")

  let file = try ModelFile(path: "digits.safetensors")
  let predictor = try Predictor(file.model, parameters: file.parameters)
  // end
  return file
}

private func useParts(another: Model) throws {
  // shown in docs/model-files.md
  let file = try ModelFile(path: "digits.safetensors")
  let letters = try file.replacingHead(classes: ["A", "B", "C"], seed: 1)   // all else copied
  let model = try letters.model.freezing(["conv*"])                        // no work for their gradients

  let parameters = Parameters(for: another)                                 // or by hand
  try parameters.read(["conv*"], from: Safetensors(path: "digits.safetensors"))
  try parameters.copy(from: file.parameters, except: ["dense3"])
  try parameters.read(from: Safetensors(path: "from-pytorch.safetensors"))  // a plain state dictionary
  // end
}

private func makeImages(_ file: ModelFile) throws {
  let training = try LabelledData(Material.mnist().training, indices: Array(0..<100))
  let test = try LabelledData(Material.mnist().training, indices: Array(100..<200))
  // shown in docs/model-files.md
  try ModelImage(of: file).write(to: "digits.ckm")                          // probabilities
  try ModelImage(of: file, result: .logits)
  let compact = try CompactImage(of: file, calibration: training, heldBack: test)   // weights of 8 bits
  if compact.lostPoints <= 0.05 { try compact.image.write(to: "small.ckm") }
  let folded = try file.model.foldingNorms(file.parameters)                 // batch normalisations within the weights
  // end
}
