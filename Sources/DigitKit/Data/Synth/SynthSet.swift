extension DataSet {
  /// Digits that DigitKit draws, as a set like any other: the first `count` to learn from, the next `test` to be
  /// tested on.
  public init(drawnBy synth: Synth, count: Int, test: Int = 0) throws(DataError) {
    let training = try synth.images(count: count)
    let tested = test > 0 ? try synth.images(count: test, from: count) : nil
    self.init(
      Part(set: training), test: tested.map { Part(set: $0) }, (0...9).map(String.init),
      path: "synth", form: "digits drawn from seed \(synth.seed)")
  }
}
