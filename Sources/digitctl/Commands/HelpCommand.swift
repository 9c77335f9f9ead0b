private let words = Argument<[String]>(
  repeated: "COMMAND", required: false, .text, "the command, such as 'data get'; none for all")

let helpCommand: Command = Command(
  name: "help",
  abstract: "Say what a command does.",
  arguments: [words],
  examples: [.init("help data get", "the same as digitctl data get --help")]
) { invocation in
  let parser = Parser(root: Tool.root, environment: { _ in nil })
  let parsed = try parser.parse(invocation[words] + ["--help"])
  try invocation.console.out(Help.text(of: parsed.command, parsed.path))
  return .done
}
