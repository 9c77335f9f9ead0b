/// Decodes a list on several threads, in order, a block of pictures at a time.
struct PictureDecoding {
  let list: PictureList
  let form: PictureForm
  let options: LoadingOptions

  /// Thrown when pictures are not of one size after all.
  struct SizesDiffer: Error {}

  /// What became of the list, beside the bytes.
  struct Outcome {
    var labels: [Int32] = []
    var skipped = Skipped()
  }

  private struct Block: Sendable {
    var bytes: [UInt8] = []
    var labels: [Int32] = []
    var faults: [FileError] = []
    var sizesDiffer = false
    var count = 0
  }

  /// Some hundred kilobytes of results, so that threads seldom meet.
  private static let blockBytes = 1 << 17
  /// What may wait for its turn.
  private static let waitingBytes = 16 << 20

  /// Hands the bytes of all pictures to `take`, in order.
  func run(_ take: (UnsafeRawBufferPointer) throws -> Void) throws -> Outcome {
    let count = list.files.count
    let step = max(1, min(256, PictureDecoding.blockBytes / form.size))
    let threads = options.threads > 0 ? options.threads : Engine.defaultThreads
    let ahead = max(threads, min(8 * threads, PictureDecoding.waitingBytes / (step * form.size)))
    var outcome = Outcome()
    outcome.labels.reserveCapacity(count)
    var done = 0
    try ReadAhead.run(
      count: (count + step - 1) / step, threads: threads, ahead: ahead,
      make: { block($0 * step..<min(count, ($0 + 1) * step)) }
    ) { block in
      if block.sizesDiffer { throw SizesDiffer() }
      for fault in block.faults {
        guard options.skipsBad else { throw fault }
        outcome.skipped.add(fault)
      }
      try block.bytes.withUnsafeBytes(take)
      outcome.labels += block.labels
      done += block.count
      options.onProgress?(done, count)
    }
    return outcome
  }

  private func block(_ items: Range<Int>) -> Block {
    var block = Block(count: items.count)
    block.bytes.reserveCapacity(items.count * form.size)
    for item in items {
      do throws(FileError) {
        guard let bytes = try form.bytes(of: list.path(of: item)) else {
          block.sizesDiffer = true
          return block
        }
        block.bytes += bytes
        block.labels.append(list.labels[item])
      } catch {
        block.faults.append(error)
        // The run ends here; what follows need not be decoded.
        if !options.skipsBad { return block }
      }
    }
    return block
  }
}
