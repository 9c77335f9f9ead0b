import Synchronization
import Testing

@testable import DigitKit

@Suite struct ReadAheadTests {
  @Test(arguments: [1, 2, 7], [1, 3, 50]) func resultsComeInOrder(threads: Int, ahead: Int) throws {
    var used: [Int] = []
    try ReadAhead.run(count: 200, threads: threads, ahead: ahead, make: { $0 * 2 }) {
      used.append($0)
    }
    #expect(used == (0..<200).map { $0 * 2 })
  }

  /// Whatever the speeds, no more than `ahead` pieces are begun before their turn.
  @Test func onlySoManyWait() throws {
    let used = Mutex(0)
    let farthest = Mutex(0)
    try ReadAhead.run(
      count: 500, threads: 4, ahead: 6,
      make: { piece in
        let distance = piece - used.withLock { $0 }
        farthest.withLock { $0 = max($0, distance) }
      }
    ) { _ in used.withLock { $0 += 1 } }
    // The user counts after it has taken a piece, when the next may already begin.
    #expect(farthest.withLock { $0 } <= 7)
  }

  @Test func anErrorEndsAllThreads() throws {
    struct Enough: Error {}
    let made = Mutex(0)
    #expect(throws: Enough.self) {
      try ReadAhead.run(
        count: 1_000_000, threads: 3, ahead: 5, make: { _ in made.withLock { $0 += 1 } }
      ) { if made.withLock({ $0 }) >= 10 { throw Enough() } }
    }
    let after = made.withLock { $0 }
    #expect(after < 1000)
  }

  @Test func noWorkIsNoTrouble() throws {
    try ReadAhead.run(count: 0, threads: 4, ahead: 4, make: { $0 }) { _ in Issue.record("used") }
  }
}
