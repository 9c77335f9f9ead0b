/// A model image whose weights are bytes, a quarter of the size, and what that costs: measured by the C core on pictures
/// that had no part in it, beside the image in floats.
///
///     let compact = try CompactImage(of: file, calibration: some, heldBack: others)
///     if compact.lostPoints <= 0.05 { try compact.image.write(to: "digits.ckm") }
public struct CompactImage: Sendable {
  /// What is to be written.
  public let image: ModelImage
  /// Bytes of the image in floats.
  public let bytesInFloats: Int
  /// The layers that compute in integers, in the order of the network.
  public let layersInIntegers: [String]
  /// How many layers with products the network has.
  public let layerCount: Int
  /// What the image in floats said of the pictures held back.
  public let inFloats: Predictions
  /// What the image in bytes said of them.
  public let inBytes: Predictions

  /// Rounds the weights to bytes, and has the layers that `choice` means compute in integers, their ranges found on
  /// `calibration`: some 1,000 pictures of the training part. `heldBack` is for measuring alone.
  public init(
    of file: ModelFile, choice: IntegerLayers.Choice = .faster, result: Wanted = .probabilities,
    batch: Int = 64, calibration: LabelledData, heldBack: LabelledData, threads: Int = 0
  ) throws {
    guard let head = file.model.heads.first, case .crossEntropy = head.loss else {
      throw GraphError(
        "the first head of \(file.model.name) has no classes, so what bytes cost it cannot be measured in accuracy; "
          + "write its image in floats")
    }
    let integers = try IntegerLayers(
      choice, of: file.model, parameters: file.parameters, on: calibration, threads: threads)
    let data = try ModelData(heldBack, for: file.model)
    let labels = data.labels(of: head)
    func image(_ result: Wanted, compact: Bool) throws -> ModelImage {
      try ModelImage(
        of: file, result: result, batch: batch, weightsInBytes: compact,
        integers: compact ? integers : IntegerLayers())
    }
    func predictions(compact: Bool) throws -> Predictions {
      try OpenImage(image(.probabilities, compact: compact)).predictions(
        data, labels: labels, threads: threads)
    }
    self.image = try image(result, compact: true)
    bytesInFloats = try image(result, compact: false).bytes.count
    let layers = file.model.layers(inIntegers: .all)
    layersInIntegers = layers.filter { integers.steps[$0] != nil }
    layerCount = layers.count
    inFloats = try predictions(compact: false)
    inBytes = try predictions(compact: true)
  }

  /// Percentage points of accuracy that bytes cost; below 0 they gain.
  public var lostPoints: Double {
    100 * Double(inFloats.accuracy.successes - inBytes.accuracy.successes) / Double(inFloats.count)
  }

  /// How often both give the same answer.
  public var agreement: Proportion {
    Proportion(
      zip(inFloats.predicted, inBytes.predicted).count { $0 == $1 }, of: inFloats.count)
  }

  /// The furthest that a probability moved; not a number if some is none.
  public var largestDifference: Float {
    zip(inFloats.probabilities, inBytes.probabilities).reduce(0) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return largest.isNaN || difference <= largest ? largest : difference
    }
  }
}
