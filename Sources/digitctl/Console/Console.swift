#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a command's words go: results to standard output, everything else to standard error.
struct Console {
  enum Verbosity: Int, Comparable {
    case quiet
    case normal
    case verbose

    static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
  }

  var verbosity = Verbosity.normal
  /// Whether standard error is a terminal that can redraw a line.
  let redraws: Bool
  /// Whether standard error shows colours.
  let hasColour: Bool
  private let write: (String) throws -> Void
  private let writeError: (String) -> Void

  /// `out` takes lines of results, `err` text as it is.
  init(
    redraws: Bool = false, hasColour: Bool = false, out: @escaping (String) throws -> Void,
    err: @escaping (String) -> Void
  ) {
    self.redraws = redraws
    self.hasColour = hasColour
    write = out
    writeError = err
  }

  /// A line of the result.
  func out(_ line: String) throws { try write(line) }

  /// A line for people, which `--quiet` silences.
  func note(_ line: String) { if verbosity >= .normal { writeError(line + "\n") } }

  /// A line that only `-v` shows.
  func detail(_ line: String) { if verbosity >= .verbose { writeError(line + "\n") } }

  /// Something that should not have been; work goes on.
  func warn(_ line: String) { writeError(coloured("warning:", 33) + " \(line)\n") }

  /// What ended the work.
  func error(_ line: String) { writeError(coloured("error:", 31) + " \(line)\n") }

  /// Text that stays on its line until the next; for `Progress`.
  func draw(_ text: String) { writeError(text) }

  private func coloured(_ text: String, _ colour: Int) -> String {
    hasColour ? "\u{1B}[1;\(colour)m\(text)\u{1B}[0m" : text
  }
}

extension Console {
  /// The console of a process.
  static func standard(_ output: StandardOutput, environment: (String) -> String?) -> Console {
    let isTerminal = isatty(2) != 0 && environment("TERM") != "dumb"
    let wantsNoColour = environment("NO_COLOR").map { !$0.isEmpty } ?? false
    return Console(
      redraws: isTerminal, hasColour: isTerminal && !wantsNoColour,
      out: { try output.write($0) },
      err: { text in
        let bytes = Array(text.utf8)
        // Nobody is left to tell when standard error is gone.
        _ = systemWrite(2, bytes, bytes.count)
      })
  }
}

/// `write` of the system, under a name that no method hides.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
