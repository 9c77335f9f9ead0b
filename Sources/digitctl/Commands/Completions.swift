private let shell = Argument("SHELL", ValueType<Shell>.choice, "bash, zsh or fish")

private enum Shell: String, CaseIterable {
  case bash
  case zsh
  case fish
}

let completionsCommand: Command = Command(
  name: "completions",
  abstract: "Print what makes a shell complete digitctl's commands and flags.",
  discussion: [
    "bash: source <(digitctl completions bash), in ~/.bashrc to keep it. "
      + "zsh: write it to a file _digitctl in a folder of $fpath. "
      + "fish: write it to ~/.config/fish/completions/digitctl.fish."
  ],
  arguments: [shell],
  examples: [.init("completions bash", "the completions for bash")]
) { invocation in
  let text =
    switch invocation[shell] {
    case .bash: BashCompletions.text(of: Tool.root)
    case .zsh: ZshCompletions.text(of: Tool.root)
    case .fish: FishCompletions.text(of: Tool.root)
    }
  try invocation.console.out(text)
  return .done
}
