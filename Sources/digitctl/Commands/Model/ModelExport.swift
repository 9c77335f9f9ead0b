import DigitKit

private let model = Argument("MODEL", TrainedModel.names, TrainedModel.argument)
private let out = Argument(
  "OUT", ValueType<String>.file, "the model image; its usual ending is .ckm")
private let batch = Flag(
  "--batch", .whole(1...65_536), "N", default: 64,
  "pictures that are taken at a time; 1 for a program that asks for one")
private let logits = Flag("--logits", "give logits instead of probabilities")
private let force = Flag("--force", short: "-f", "write over what is there")

let modelExportCommand = Command(
  name: "export",
  abstract: "Write a trained model as one file that the C library opens and runs.",
  discussion: [
    "Programs in C, C++, Rust, Python and others read it with ck_model_open; see docs/model-image.md.",
    "With --int8 weights are rounded to 8 bits, which makes a file of a quarter of the size, and layers compute in "
      + "integers where that is faster for one picture at a time. What it costs is measured on pictures that had no "
      + "part in it: those of the set to be tested on, or others of those to learn from; see docs/integers.md.",
  ],
  arguments: [model, out],
  flags: [batch, logits, force] + CompactExport.flags + DataInput.flags,
  examples: [
    .init("model export runs/lenet5-1 lenet5.ckm", "for ck_model_open"),
    .init("model export digitnet digits.ckm --int8", "a quarter of the size, measured on MNIST"),
    .init(
      "model export runs/vgg16-1 vgg16.ckm --int8 --integers all --calibrate-on usps",
      "all layers in integers, their ranges found on other data"),
  ]
) { invocation in
  let path = invocation[out]
  try CompactExport.refuseWithoutInt8(invocation)
  try refuseToOverwrite(path, force: invocation[force])
  let trained = try TrainedModel(invocation[model])
  let result = invocation[logits] ? Wanted.logits : .probabilities
  if invocation[CompactExport.int8] {
    let compact = try CompactExport.image(of: trained, result, batch: invocation[batch], invocation)
    try CompactExport.refuseLoss(compact, path, invocation)
    try writing { try compact.image.write(to: path) }
    try CompactExport.tell(compact, path, invocation.console)
    return .done
  }
  let image = try ModelImage(of: trained.file, result: result, batch: invocation[batch])
  try writing { try image.write(to: path) }
  try invocation.console.out("\(path): \(grouped(image.bytes.count)) bytes")
  return .done
}
