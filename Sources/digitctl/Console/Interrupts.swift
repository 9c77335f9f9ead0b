import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ctrl-C and a request to end: the first is noticed by the work, which stops in order; a later one ends the
/// process at once. The handler is formed here and not in main.swift, where it would belong to the main actor.
enum Interrupts {
  /// Milliseconds of the system's clock at the first one; 0: none yet.
  private static let first = Atomic<Int>(0)

  /// Whether the work is to stop.
  static var wanted: Bool { first.load(ordering: .relaxed) != 0 }

  static func watch() {
    // Touched first: a signal handler must not be what initialises it.
    first.store(0, ordering: .relaxed)
    // A program that starts this one may have left them blocked.
    var both = sigset_t()
    sigemptyset(&both)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&both, number)
      signal(number) { number in
        let now = Interrupts.now
        let before = Interrupts.first.load(ordering: .relaxed)
        if before == 0 { Interrupts.first.store(now, ordering: .relaxed) }
        // `timeout` and some terminals send one request twice: to the process and to its group.
        if before != 0, now - before > 300 {
          signal(number, SIG_DFL)
          raise(number)
        }
      }
    }
    sigprocmask(SIG_UNBLOCK, &both, nil)
  }

  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return max(1, time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
  }

  /// Throws where the work is to stop.
  static func check() throws { if wanted { throw Interrupted() } }
}

/// The work was stopped by Ctrl-C; `message` says what is kept and how to go on.
struct Interrupted: Error {
  var message = "interrupted"
}
