/// Drawn digits as one network reads them: checked against its input and its heads.
struct DrawnTraining: TrainingPictures {
  private let digits: DrawnDigits
  private let input: Input
  /// The arrays that heads read their labels from.
  private let targets: Set<String>

  init(_ digits: DrawnDigits, for model: Model) throws {
    let side = digits.synth.side
    guard model.inputs.count == 1, let input = model.inputs.first, input.type == .bytes,
      input.channels == 1, input.sourceHeight == side, input.sourceWidth == side
    else {
      throw DataError(
        "\(model.name) does not read pictures of \(side)x\(side)x1 bytes, as these digits are drawn: "
          + "give Synth its side, or hold them (Synth.images), so that they are padded")
    }
    let heads = model.heads.filter { $0.loss != nil }
    for head in heads {
      guard case .crossEntropy = head.loss, model.width(of: head) >= 10 else {
        throw DataError(
          "head \"\(head.name)\" of \(model.name) does not learn the ten classes of drawn digits")
      }
    }
    self.digits = digits
    self.input = input
    targets = Set(heads.map(\.target))
  }

  var count: Int { digits.count }

  /// Pictures are a function of these and the generator.
  var fingerprint: String {
    let synth = digits.synth
    let style = synth.style
    let numbers = [
      style.handwriting, style.printed, style.sevenSegment, style.variety, style.noise,
    ]
    return
      "\(digits.count)-drawn-\(synth.seed)-\(synth.side)-\(numbers.map { "\($0)" }.joined(separator: "-"))"
  }

  func check(_ sampling: Sampling) throws(DataError) {
    guard sampling == .inOrder else {
      throw DataError(
        "digits that are drawn as they are needed come in their order: set sampling to .inOrder, "
          + "or hold them (Synth.images)")
    }
  }

  func batches(_ configuration: TrainingConfiguration, epoch: Int) throws(DataError) -> Batches {
    Batches(
      counting: digits.count, size: configuration.batchSize, dropsLast: configuration.dropsLast)
  }

  func batchesToLookAt(_ configuration: TrainingConfiguration) throws(DataError) -> Batches {
    Batches(counting: digits.count, size: configuration.batchSize)
  }

  func withArrays<R>(threads: Int, _ body: (BatchArrays) throws -> R) throws -> R {
    let window = try DrawnWindow(digits, threads: threads)
    var arrays = [input.name: window.pictureArray]
    for target in targets { arrays[target] = window.labelArray }
    return try body(BatchArrays(arrays) { window.hold($0.map(Int.init)) })
  }
}
