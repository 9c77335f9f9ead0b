/// Digits that are drawn when a batch needs them and forgotten behind it: any number of them in the memory of a batch.
///
///     configuration.sampling = .inOrder
///     let digits = try DrawnDigits(Synth(seed: 1), count: 10_000_000)
///     let trainer = try Trainer(model, configuration, training: digits)
///
/// Picture by picture it is the set that `synth.images(count: count)` holds, and training on it gives the same bits. An
/// epoch takes them in their order, which is random already; a further epoch draws them anew.
public struct DrawnDigits: Sendable, Equatable {
  /// What draws them.
  public let synth: Synth
  /// How many.
  public let count: Int

  /// The first `count` digits of `synth`.
  public init(_ synth: Synth, count: Int) throws(DataError) {
    guard count > 0, count < 1 << 31 else {
      throw DataError("\(count) digits are not 1 to \(1 << 31 - 1), which an epoch can hold")
    }
    self.synth = synth
    self.count = count
  }
}
