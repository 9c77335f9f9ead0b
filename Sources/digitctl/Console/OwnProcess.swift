#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// This program once more, in a process of its own.
enum OwnProcess {
  /// What it prints. Where it fails, its error is thrown; an interruption ends it too.
  static func output(of arguments: [String]) throws -> String {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw failure("make a pipe", errno) }
    defer { close(ends[0]) }
    let child: pid_t
    do {
      defer { close(ends[1]) }
      child = try start(arguments, output: ends[1], other: ends[0])
    }
    var status: Int32 = 0
    do {
      let text = try read(ends[0])
      waitpid(child, &status, 0)
      guard status == 0 else { throw OutputError(message: reason(in: text, arguments)) }
      return text
    } catch {
      kill(child, SIGTERM)
      waitpid(child, &status, 0)
      throw error
    }
  }

  private static func start(_ arguments: [String], output: Int32, other: Int32) throws -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_addclose(&actions, other)
    // Linux knows what runs, whatever it was called by.
    let own = "/proc/self/exe"
    let program = exists(own) ? own : CommandLine.arguments[0]
    var child = pid_t()
    let code = withStrings([program] + arguments) { words in
      withStrings(environment) { variables in
        posix_spawnp(&child, program, &actions, nil, words, variables)
      }
    }
    guard code == 0 else { throw failure("start digitctl again", code) }
    return child
  }

  /// Flags given by variables are those of this command, not of the other.
  private static var environment: [String] {
    ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DIGITCTL_") }
      .map { "\($0.key)=\($0.value)" }
  }

  private static func withStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
      // An array that ends with nil is never empty.
      body(buffer.baseAddress!)
    }
  }

  /// All that comes, asking now and then whether the work is to stop.
  private static func read(_ descriptor: Int32) throws -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      try Interrupts.check()
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 100) != 0 else { continue }
      let count = systemRead(descriptor, &piece, piece.count)
      if count > 0 { bytes += piece[..<count] }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      if count < 0, errno != EINTR { throw failure("read what it says", errno) }
    }
  }

  private static func reason(in text: String, _ arguments: [String]) -> String {
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    let said = lines.last.map { String($0.dropFirst(7)) } ?? "it ended before its time"
    return "digitctl \(arguments.prefix(1).joined()) in a process of its own: \(said)"
  }

  private static func failure(_ what: String, _ code: Int32) -> OutputError {
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return OutputError(message: "a process of its own: cannot \(what): \(reason)")
  }
}

/// `read` of the system, under a name that no method hides.
private func systemRead(
  _ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int
) -> Int {
  read(descriptor, bytes, count)
}
