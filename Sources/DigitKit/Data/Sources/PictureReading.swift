import Synchronization

/// Reads the pictures of a list: from the cache, into a cache that is then mapped, or into memory.
struct PictureReading {
  let list: PictureList
  let options: LoadingOptions

  /// What was read, and how.
  struct Result: Sendable {
    var part: Part
    var note: String
  }

  /// One at a time: each has all cores at its service, and two must not write one cache.
  private static let turn = Mutex<Void>(())

  func read() throws -> Result {
    guard !list.files.isEmpty else {
      throw FileError(list.path, .missing, "there is no picture in it")
    }
    return try PictureReading.turn.withLock { _ in try readInTurn() }
  }

  private func readInTurn() throws -> Result {
    guard let cache = PictureCache(list, options) else {
      return try Result(part: inMemory(), note: "decoded, and not kept")
    }
    if let content = cache.read() {
      return try Result(part: part(content), note: "read from \(cache.path)")
    }
    do {
      try withForm { try cache.write(PictureDecoding(list: list, form: $0, options: options)) }
    } catch let error as PictureCache.Unwritable {
      return try Result(part: inMemory(), note: "decoded, and not kept: \(error.reason)")
    }
    guard let content = cache.read() else {
      throw FileError(cache.path, .other, "it changed while it was made; try again")
    }
    return try Result(part: part(content), note: "decoded, and kept in \(cache.path)")
  }

  private func part(_ content: PictureCache.Content) throws -> Part {
    try part(content.form, content.pixels, content.labels, content.skipped)
  }

  private func inMemory() throws -> Part {
    try withForm { form in
      let decoding = PictureDecoding(list: list, form: form, options: options)
      var outcome = PictureDecoding.Outcome()
      guard let most = ImageSet.product([list.files.count, form.size]) else {
        throw FileError(list.path, .other, "its pictures are too large")
      }
      var filled = 0
      let block = try ByteBlock(most, for: list.path) { memory in
        outcome = try decoding.run { bytes in
          UnsafeMutableRawBufferPointer(rebasing: memory[filled...]).copyMemory(from: bytes)
          filled += bytes.count
        }
      }
      return try part(form, Pixels(block, 0..<filled), outcome.labels, outcome.skipped)
    }
  }

  /// Pictures of several sizes show only on the way; then all begins again with one size for them.
  private func withForm<R>(_ body: (PictureForm) throws -> R) throws -> R {
    let form = PictureForm.of(list, options)
    do { return try body(form) } catch is PictureDecoding.SizesDiffer {
      return try body(.usual(form.channels))
    }
  }

  private func part(
    _ form: PictureForm, _ pixels: Pixels, _ labels: [Int32], _ skipped: Skipped
  ) throws -> Part {
    var all = list.skipped
    all.add(skipped)
    guard !labels.isEmpty else {
      throw FileError(
        list.path, .malformed,
        "none of its \(list.files.count) pictures can be read: \(skipped.reasons.first ?? "")")
    }
    do {
      let set = try ImageSet(
        pixels: pixels, labels: labels, height: form.height, width: form.width,
        channels: form.channels, classes: list.classNames.count)
      return Part(set: set, skipped: all)
    } catch { throw FileError(list.path, .malformed, error.message) }
  }
}
