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

/// Processor seconds so far, of all processes and of this one with its children: the difference is what others keep
/// busy while something is measured.
struct CoreUse: Equatable {
  /// Of the clock.
  var wall: Double
  /// Of everybody.
  var all: Double
  /// Of this process and of children that have ended.
  var own: Double

  /// Nil where the system does not say what others take.
  static var now: CoreUse? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/stat"),
      let ticks = busyTicks(String(decoding: bytes, as: UTF8.self))
    else { return nil }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return CoreUse(
      wall: Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec),
      all: Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))), own: ownSeconds)
  }

  /// Cores that others kept busy since then.
  func otherCores(since start: CoreUse) -> Double {
    let passed = max(wall - start.wall, 1e-9)
    return max(0, ((all - start.all) - (own - start.own)) / passed)
  }

  /// Of the first line of `/proc/stat`: all but idle (the fourth) and waiting for disks (the fifth).
  static func busyTicks(_ text: String) -> Int? {
    let words = text.prefix { $0 != "\n" }.split(separator: " ")
    let ticks = words.dropFirst().prefix(8).compactMap { Int($0) }
    guard words.first == "cpu", ticks.count == 8 else { return nil }
    return ticks.reduce(0, +) - ticks[3] - ticks[4]
  }

  private static var ownSeconds: Double {
    // RUSAGE_SELF and RUSAGE_CHILDREN, which systems give different types.
    var seconds = 0.0
    for who in [Int32(0), -1] {
      var usage = rusage()
      getrusage(who, &usage)
      for time in [usage.ru_utime, usage.ru_stime] {
        seconds += Double(time.tv_sec) + 1e-6 * Double(time.tv_usec)
      }
    }
    return seconds
  }
}
