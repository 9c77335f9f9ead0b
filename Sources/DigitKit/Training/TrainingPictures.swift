/// What a run learns from, as its network reads it.
protocol TrainingPictures: Sendable {
  /// How many pictures are meant.
  var count: Int { get }
  /// Tells one choice of pictures from another.
  var fingerprint: String { get }
  /// One clear line where an order does not go with them.
  func check(_ sampling: Sampling) throws(DataError)
  /// The batches of an epoch.
  func batches(_ configuration: TrainingConfiguration, epoch: Int) throws(DataError) -> Batches
  /// Every picture once, to look at and not to learn from.
  func batchesToLookAt(_ configuration: TrainingConfiguration) throws(DataError) -> Batches
  /// Lends the arrays that a plan reads. `threads` may help; 0: as many as there are.
  func withArrays<R>(threads: Int, _ body: (BatchArrays) throws -> R) throws -> R
}

/// The arrays that a plan reads.
struct BatchArrays {
  private let arrays: [String: DataArray]
  private let makeReady: (([Int64]) -> Void)?

  /// `makeReady` puts a batch's items into arrays that do not hold all of them.
  init(_ arrays: [String: DataArray], makeReady: (([Int64]) -> Void)? = nil) {
    self.arrays = arrays
    self.makeReady = makeReady
  }

  /// With the items of a batch in them.
  func holding(_ indices: [Int64]) -> [String: DataArray] {
    makeReady?(indices)
    return arrays
  }
}

// MARK: Pictures in memory

extension ModelData: TrainingPictures {
  var count: Int { indices.count }

  var fingerprint: String {
    var sum = Checksum()
    for index in indices {
      withUnsafeBytes(of: Int64(index).littleEndian) { sum.add($0) }
      withUnsafeBytes(of: images.labels[index].littleEndian) { sum.add($0) }
    }
    return "\(indices.count)-\(sum.text)"
  }

  func check(_ sampling: Sampling) throws(DataError) {
    try sampling.check(indices, labels: images.labels)
  }

  func batches(_ configuration: TrainingConfiguration, epoch: Int) throws(DataError) -> Batches {
    try configuration.batches(of: indices, labels: images.labels, epoch: epoch)
  }

  func batchesToLookAt(_ configuration: TrainingConfiguration) throws(DataError) -> Batches {
    try Batches(
      of: indices, size: configuration.batchSize, seed: configuration.seed, epoch: 0,
      shuffled: configuration.sampling != .inOrder)
  }

  func withArrays<R>(threads: Int, _ body: (BatchArrays) throws -> R) throws -> R {
    try withArrays { try body(BatchArrays($0)) }
  }
}
