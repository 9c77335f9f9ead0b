/// Labels that a model disagrees with, the most confident first: where it is sure and the label says otherwise,
/// the label is often wrong. A model that was trained on the same labels has learned some of the wrong ones;
/// predictions of folds that were left out see more.
public struct LabelDoubts: Sendable, Equatable, Codable {
  /// A picture whose label is in doubt.
  public struct Doubt: Sendable, Equatable, Codable {
    /// The picture, as an index into the set.
    public var index: Int
    /// What it is labelled as.
    public var label: Int
    /// What the model takes it for.
    public var predicted: Int
    /// How sure the model is of it.
    public var probability: Double
    /// What the model gives the label.
    public var labelProbability: Double
  }

  /// By the distance of the two probabilities, largest first; then by index.
  public var doubts: [Doubt]

  /// Those whose predicted class has at least `confidence`. `indices` are the pictures that the predictions
  /// are of, in their order.
  public init(
    _ predictions: Predictions, indices: [Int]? = nil, confidence: Double = 0.5
  ) throws(DataError) {
    let indices = indices ?? Array(0..<predictions.count)
    guard indices.count == predictions.count else {
      throw DataError("\(indices.count) pictures and \(predictions.count) predictions do not match")
    }
    doubts = indices.enumerated().compactMap { row, index in
      let probability = Double(predictions.confidence(row))
      guard !predictions.isCorrect(row), probability >= confidence else { return nil }
      let (label, predicted) = (Int(predictions.labels[row]), Int(predictions.predicted[row]))
      return Doubt(
        index: index, label: label, predicted: predicted, probability: probability,
        labelProbability: Double(predictions.probability(row, label)))
    }.sorted {
      let (one, other) = (
        $0.probability - $0.labelProbability, $1.probability - $1.labelProbability
      )
      return one == other ? $0.index < $1.index : one > other
    }
  }

  /// The same, asking a model about the pictures of a set.
  public init(
    _ predictor: Predictor, of data: LabelledData, confidence: Double = 0.5
  ) throws {
    let pictures = data.indices.flatMap { data.images.image($0) }
    let labels = data.indices.map { data.images.labels[$0] }
    let predictions = try Predictions(
      probabilities: predictor.predict(pictures), labels: labels,
      classes: predictor.valuesPerImage)
    try self.init(predictions, indices: data.indices, confidence: confidence)
  }

  /// The first doubts as pictures: label, what the model says, how sure it is.
  public func sheet(
    of set: ImageSet, most: Int = 40, columns: Int = 10, scale: Int = 2
  ) throws(DataError) -> Picture {
    let shown = Array(doubts.prefix(most))
    if let doubt = shown.first(where: { $0.index >= set.count }) {
      throw DataError("there is no picture \(doubt.index): the set has \(set.count)")
    }
    return try ContactSheet(columns: columns, scale: scale).draw(
      shown.map { set.picture($0.index) },
      captions: shown.map {
        "\($0.label) or \($0.predicted)?\n\(Int(($0.probability * 100).rounded())) %\n#\($0.index)"
      })
  }
}
