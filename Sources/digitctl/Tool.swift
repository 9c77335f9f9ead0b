import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Finds the command, reads its flags, and turns errors into a line and an exit code.
enum Tool {
  /// The whole command line.
  static let root: Command = Command(
    name: "digitctl",
    abstract: "reads digits, and trains networks that do.",
    examples: [
      .init("train", "train a network on MNIST"),
      .init("test runs/lenet5-1", "how well it reads, with a page to look at"),
      .init("predict four.jpg --model runs/lenet5-1", "the digit in a picture"),
      .init("doctor", "what this machine offers, and whether all works on it"),
      .init("data get mnist", "download a data set"),
      .init("data describe mnist", "what is in it"),
    ],
    subcommands: commands)

  static let commands: [Command] = [
    trainCommand, testCommand, predictCommand, compareCommand, dataCommand, modelCommand,
    benchCommand, doctorCommand,
    versionCommand, helpCommand, completionsCommand, manCommand,
  ]

  /// A run in a process of its own.
  static func main(_ arguments: [String]) -> ExitCode {
    let output = StandardOutput()
    Interrupts.watch()
    let console = Console.standard(output, environment: variable)
    let code = run(arguments, on: console, environment: variable)
    do {
      try output.flush()
      return code
    } catch { return report(error, of: [], on: console) }
  }

  static func run(
    _ arguments: [String], out: @escaping (String) -> Void, err: @escaping (String) -> Void,
    environment: @escaping (String) -> String? = { _ in nil }
  ) -> ExitCode {
    let console = Console(out: out, err: { err($0.hasSuffix("\n") ? String($0.dropLast()) : $0) })
    return run(arguments, on: console, environment: environment)
  }

  private static func run(
    _ arguments: [String], on console: Console, environment: @escaping (String) -> String?
  ) -> ExitCode {
    var path: [String] = []
    do {
      let parser = Parser(root: root, environment: environment)
      // Tools are asked for their version in both ways.
      var parsed = try parser.parse(arguments == ["--version"] ? ["version"] : arguments)
      path = parsed.path
      if parsed.wantsHelp {
        try console.out(Help.text(of: parsed.command, path))
        return .done
      }
      try parser.complete(&parsed)
      var console = console
      console.verbosity = try verbosity(parsed)
      let invocation = try Invocation(
        path: path, command: parsed.command, console: console, words: parsed.words,
        positional: parsed.positional)
      if parsed.command.takesConfiguration, invocation[CommonFlags.printConfig] {
        try console.out(ConfigurationFile.text(of: invocation))
        return .done
      }
      return try parsed.command.run(invocation)
    } catch {
      return report(error, of: path, on: console)
    }
  }

  private static func verbosity(_ parsed: Parser.Parsed) throws(UsageError) -> Console.Verbosity {
    func isSet(_ flag: Flag<Bool>) throws(UsageError) -> Bool {
      let held = try flag.value(of: parsed.words[flag.name] ?? []) as? Held<Bool>
      return held?.value ?? false
    }
    if try isSet(CommonFlags.quiet) { return .quiet }
    return try isSet(CommonFlags.verbose) ? .verbose : .normal
  }

  private static func report(_ error: any Error, of path: [String], on console: Console) -> ExitCode
  {
    switch error {
    case is ClosedPipe: return .done
    case let error as UsageError:
      let command = (["digitctl"] + (error.path ?? path)).joined(separator: " ")
      console.error("\(error.message) (see \(command) --help)")
      return .wrongUsage
    case let error as Interrupted:
      console.error(error.message)
      return .interrupted
    case let error as InputError:
      console.error(error.message)
      return .unreadableInput
    case let error as OutputError:
      console.error(error.message)
      return .failed
    case let error as FileError:
      console.error("\(error)")
      return error.kind == .full ? .failed : .unreadableInput
    case is DataError, is NoInkFound:
      console.error("\(error)")
      return .unreadableInput
    default:
      console.error("\(error)")
      return .failed
    }
  }

  /// An environment variable.
  static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// `text` with blanks behind it up to `width`.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// Whether a folder has this name.
func isFolder(_ path: String) -> Bool {
  var about = stat()
  return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
}

extension String {
  /// Without the line break at its end, which the console adds.
  var withoutLastBreak: String { last?.isNewline == true ? String(dropLast()) : self }
}

/// Whether anything has this name.
func exists(_ path: String) -> Bool {
  var about = stat()
  return lstat(path, &about) == 0
}
