import DigitKit

private let name = Argument("MODEL", NetworkChoice.names, NetworkChoice.meaning)
private let out = Argument(
  "OUT", ValueType<String>.file, "a file that ends in .svg or .dot (Graphviz)")
private let force = Flag("--force", short: "-f", "write over what is there")

let modelDrawCommand = Command(
  name: "draw",
  abstract: "Draw the layers of a network.",
  arguments: [name, out],
  flags: [force],
  examples: [.init("model draw resnet18 resnet18.svg", "a picture of it")]
) { invocation in
  let path = invocation[out]
  guard path.hasSuffix(".svg") || path.hasSuffix(".dot") else {
    throw UsageError(message: "\(path): a drawing's name ends in .svg or .dot")
  }
  try refuseToOverwrite(path, force: invocation[force])
  let model = try NetworkChoice(invocation[name]).model
  let text = path.hasSuffix(".svg") ? model.svg : model.graphviz
  try writing { try AtomicFile.write(text, to: path) }
  try invocation.console.out(path)
  return .done
}
