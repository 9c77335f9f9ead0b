import DigitKit

/// How a run ended, as scripts see it.
enum ExitCode: Int32 {
  case done = 0
  case failed = 1
  case wrongUsage = 2
  case unreadableInput = 3
  case unsure = 4
  case interrupted = 130
}

/// Arguments that do not fit the command; the message says what would.
struct UsageError: Error {
  var message: String
  /// The command whose help says more.
  var path: [String]?
}

/// Input that cannot be read or is not what it must be.
struct InputError: Error {
  var message: String
}

/// A result that cannot be written.
struct OutputError: Error {
  var message: String
}

/// Runs what writes results: what goes wrong there is no fault of the input.
func writing<T>(_ body: () throws -> T) throws -> T {
  do { return try body() } catch let error as FileError { throw OutputError(message: "\(error)") }
}

/// Refuses to write over what is there, unless `--force` was given.
func refuseToOverwrite(_ path: String, force: Bool) throws {
  guard !force, exists(path) else { return }
  throw OutputError(message: "\(path): it is there already; choose another name, or give --force")
}
