import DigitKit

private let model = Argument("MODEL", TrainedModel.names, TrainedModel.argument)
private let out = Argument(
  "OUT", ValueType<String>.file, "the model image; its usual ending is .ckm")
private let batch = Flag(
  "--batch", .whole(1...65_536), "N", default: 64, "pictures that are taken at a time")
private let logits = Flag("--logits", "give logits instead of probabilities")
private let force = Flag("--force", short: "-f", "write over what is there")

let modelExportCommand = Command(
  name: "export",
  abstract: "Write a trained model as one file that the C library opens and runs.",
  discussion: [
    "Programs in C, C++, Rust, Python and others read it with ck_model_open; see docs/model-image.md."
  ],
  arguments: [model, out],
  flags: [batch, logits, force],
  examples: [.init("model export runs/lenet5-1 lenet5.ckm", "for ck_model_open")]
) { invocation in
  let path = invocation[out]
  try refuseToOverwrite(path, force: invocation[force])
  let trained = try TrainedModel(invocation[model])
  let image = try ModelImage(
    of: trained.file, result: invocation[logits] ? .logits : .probabilities,
    batch: invocation[batch])
  try writing { try image.write(to: path) }
  try invocation.console.out("\(path): \(grouped(image.bytes.count)) bytes")
  return .done
}
