import DigitKit

let manCommand: Command = Command(
  name: "man",
  abstract: "Print the manual page.",
  discussion: ["To keep it: digitctl man > ~/.local/share/man/man1/digitctl.1, then man digitctl."],
  examples: [.init("man | man -l -", "read it")]
) { invocation in
  try invocation.console.out(ManPage.text(of: Tool.root, version: Engine.version))
  return .done
}
