import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ctrl-C and a request to end: the first is noticed by the work, which stops in order; a second ends the
/// process at once. The handler is formed here and not in main.swift, where it would belong to the main actor.
enum Interrupts {
  private static let happened = Atomic<Bool>(false)

  /// Whether the work is to stop.
  static var wanted: Bool { happened.load(ordering: .relaxed) }

  static func watch() {
    // Touched first: a signal handler must not be what initialises it.
    happened.store(false, ordering: .relaxed)
    // A program that starts this one may have left them blocked.
    var both = sigset_t()
    sigemptyset(&both)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&both, number)
      signal(number) { number in
        Interrupts.happened.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
    sigprocmask(SIG_UNBLOCK, &both, nil)
  }

  /// Throws where the work is to stop.
  static func check() throws { if wanted { throw Interrupted() } }
}

/// The work was stopped by Ctrl-C; `message` says what is kept and how to go on.
struct Interrupted: Error {
  var message = "interrupted"
}
