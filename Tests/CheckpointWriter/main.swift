// Writes checkpoints into a folder without end, each number by number of the one before, and says after
// each which one is safe. A test kills it at random moments.
import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func checkpoint(_ update: Int) -> Checkpoint {
  let weights = [Float](repeating: Float(update), count: 20_000)
  let moments = [Float](repeating: -Float(update), count: 40_000)
  return Checkpoint(
    model: .init([StoredTensor("dense.weight", [100, 200], weights)]),
    state: .init([StoredTensor("adam.moments", [40_000], moments)]), update: update)
}

do {
  let store = try CheckpointStore(folder: CommandLine.arguments[1])
  var update = try store.loadLast()?.update ?? 0
  while true {
    update += 1
    let next = checkpoint(update)
    try store.saveLast(next)
    if update % 3 == 0 { try store.saveBest(next.model) }
    print(update)
    fflush(nil)
  }
} catch {
  print("error: \(error)")
  exit(1)
}
