/// Work in pieces, made by several threads a little ahead of its use, and used in order.
enum ReadAhead {
  /// Calls `make` for 0 up to `count` on `threads` threads, at most `ahead` of them before their turn, and
  /// `use` with each result, in order, on the caller's thread. An error of `use` ends it all.
  static func run<Made: Sendable>(
    count: Int, threads: Int, ahead: Int, make: @escaping @Sendable (Int) -> Made,
    use: (Made) throws -> Void
  ) throws {
    let line = Line<Made>(count: count, ahead: max(1, ahead), make: make)
    for _ in 0..<min(threads, count) { line.startWorker() }
    defer { line.stop() }
    for piece in 0..<count { try use(line.take(piece)) }
  }

  private final class Line<Made: Sendable>: @unchecked Sendable {
    private let monitor = Monitor()
    private let count: Int
    private let ahead: Int
    private let make: @Sendable (Int) -> Made
    private var next = 0
    private var used = 0
    private var workers = 0
    private var made: [Int: Made] = [:]

    init(count: Int, ahead: Int, make: @escaping @Sendable (Int) -> Made) {
      self.count = count
      self.ahead = ahead
      self.make = make
    }

    func startWorker() {
      monitor.locked { workers += 1 }
      // Where the system gives no thread, `take` does the work itself.
      if !OwnThread.start({ self.work() }) { monitor.locked { workers -= 1 } }
    }

    private func work() {
      while let piece = nextPiece() {
        let result = make(piece)
        monitor.locked {
          made[piece] = result
          monitor.changed()
        }
      }
      monitor.locked {
        workers -= 1
        monitor.changed()
      }
    }

    private func nextPiece() -> Int? {
      monitor.locked {
        monitor.wait { next < count && next >= used + ahead }
        guard next < count else { return nil }
        next += 1
        return next - 1
      }
    }

    /// The result of a piece, which are asked for in order.
    func take(_ piece: Int) -> Made {
      let result: Made? = monitor.locked {
        monitor.wait { made[piece] == nil && workers > 0 }
        used = piece + 1
        monitor.changed()
        return made.removeValue(forKey: piece)
      }
      return result ?? make(piece)
    }

    /// Lets the threads end, and waits for it.
    func stop() {
      monitor.locked {
        next = count
        monitor.changed()
        monitor.wait { workers > 0 }
      }
    }
  }
}
