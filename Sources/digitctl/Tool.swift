import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a run ended, as scripts see it.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  case wrongUsage = 2
}

/// Arguments that do not fit the command; the message says what would.
struct UsageError: Error {
  var message: String
}

/// One command: what it is called, what it says of itself, what it does.
struct Command: Sendable {
  var name: String
  var abstract: String
  var flags: [Flag] = []
  var run: @Sendable (_ flags: Set<String>, _ out: (String) -> Void) throws -> ExitCode

  struct Flag: Sendable {
    var name: String
    var abstract: String
  }
}

/// Finds the command, reads its flags, and turns errors into a line and an exit code.
enum Tool {
  static let commands = [doctorCommand, versionCommand]

  static func run(
    _ arguments: [String],
    out: (String) -> Void = { print($0) },
    err: (String) -> Void = { writeToStandardError($0) }
  ) -> ExitCode {
    do {
      return try dispatch(arguments, out)
    } catch let error as UsageError {
      err("error: \(error.message)")
      return .wrongUsage
    } catch {
      err("error: \(error)")
      return .failed
    }
  }

  private static func dispatch(
    _ arguments: [String], _ out: (String) -> Void
  ) throws -> ExitCode {
    guard let name = arguments.first else {
      throw UsageError(message: "a command is missing; see digitctl --help")
    }
    if name == "--help" || name == "-h" {
      out(help)
      return .done
    }
    // Tools are asked for their version in both ways.
    let wanted = name == "--version" ? "version" : name
    guard let command = commands.first(where: { $0.name == wanted }) else {
      throw UsageError(message: "there is no command '\(name)'; see digitctl --help")
    }
    let rest = arguments.dropFirst()
    if rest.contains("--help") || rest.contains("-h") {
      out(help(of: command))
      return .done
    }
    for argument in rest where !command.flags.contains(where: { $0.name == argument }) {
      throw UsageError(
        message: "'\(argument)' means nothing to digitctl \(command.name); "
          + "see digitctl \(command.name) --help")
    }
    return try command.run(Set(rest), out)
  }

  static var help: String {
    """
    digitctl: reads digits, and trains networks that do.

    usage: digitctl <command> [flags]

    \(table(commands.map { ($0.name, $0.abstract) }))

    digitctl <command> --help says more.
    """
  }

  static func help(of command: Command) -> String {
    let flags =
      command.flags.map { ($0.name, $0.abstract) } + [("--help", "show this text and end")]
    return """
      \(command.abstract)

      usage: digitctl \(command.name) [flags]

      \(table(flags))
      """
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = (rows.map(\.0.count).max() ?? 0) + 2
    return rows.map { "  " + padded($0.0, width) + $0.1 }.joined(separator: "\n")
  }
}

/// `text` with blanks behind it up to `width`.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

private func writeToStandardError(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  // Nobody is left to tell when standard error is gone.
  _ = write(2, bytes, bytes.count)
}
