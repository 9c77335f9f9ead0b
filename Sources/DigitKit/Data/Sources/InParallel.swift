import Dispatch
import Synchronization

/// What `body` makes of each item, on as many threads as there are cores, in the order of the items. If some
/// fail, the error is that of the first.
func inParallel<Item: Sendable, Made: Sendable>(
  _ items: [Item], _ body: @Sendable (Item) throws -> Made
) throws -> [Made] {
  let results = Mutex<[Int: Result<Made, any Error>]>([:])
  DispatchQueue.concurrentPerform(iterations: items.count) { place in
    let result = Result { try body(items[place]) }
    results.withLock { $0[place] = result }
  }
  let made = results.withLock { $0 }
  return try items.indices.compactMap { try made[$0]?.get() }
}
