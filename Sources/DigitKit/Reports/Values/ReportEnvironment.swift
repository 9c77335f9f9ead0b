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

/// Where something was computed: what a reader needs to judge a speed, or to see why another machine's
/// numbers differ in their last bits.
public struct ReportEnvironment: Codable, Sendable, Equatable {
  /// Of DigitKit.
  public var version: String
  /// The processor's name.
  public var processor: String
  /// Operating system and machine.
  public var system: String
  /// The set of kernels in use.
  public var instructionSet: String
  /// Threads in use.
  public var threads: Int

  /// An environment; the current one is `current(threads:)`.
  public init(
    version: String, processor: String, system: String, instructionSet: String, threads: Int
  ) {
    self.version = version
    self.processor = processor
    self.system = system
    self.instructionSet = instructionSet
    self.threads = threads
  }

  /// This machine and process. `threads` as given to what ran, 0: as many as there are.
  public static func current(threads: Int = 0) -> ReportEnvironment {
    let system = SystemNames()
    return ReportEnvironment(
      version: Engine.version, processor: processorName ?? system.machine,
      system: "\(system.name) \(system.release), \(system.machine)",
      instructionSet: (try? Engine.chosenInstructionSet()) ?? "unknown",
      threads: threads > 0 ? threads : Engine.defaultThreads)
  }

  /// Linux tells the name of an x86 processor in a file; elsewhere the machine's has to do.
  private static var processorName: String? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("model name") }
    return line?.split(separator: ":", maxSplits: 1).last.map { name in
      name.split(separator: " ").joined(separator: " ")
    }
  }
}

/// What `uname` says.
private struct SystemNames {
  var name = "unknown"
  var release = ""
  var machine = "unknown"

  init() {
    var about = utsname()
    guard uname(&about) == 0 else { return }
    name = SystemNames.text(about.sysname)
    release = SystemNames.text(about.release)
    machine = SystemNames.text(about.machine)
  }

  private static func text<T>(_ characters: T) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
