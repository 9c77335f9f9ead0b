/// What was read from a picture of one digit.
public struct Reading: Sendable, Equatable {
  /// A class and how likely it is.
  public struct Candidate: Sendable, Equatable {
    /// Its name: `7`.
    public var name: String
    /// From 0 to 1.
    public var probability: Float
  }

  /// All classes, the likeliest first.
  public var candidates: [Candidate]
  /// What the network saw: light ink on black.
  public var seen: Picture

  /// The likeliest class.
  public var name: String { candidates.first?.name ?? "" }
  /// How likely it is.
  public var confidence: Float { candidates.first?.probability ?? 0 }

  /// Whether it is as sure as asked for.
  public func isSure(_ threshold: Double) -> Bool { Double(confidence) >= threshold }

  init(probabilities: [Float], classes: [String], seen: Picture) {
    candidates = zip(classes, probabilities)
      .map { Candidate(name: $0, probability: $1) }
      // Equal ones in the order of the classes.
      .enumerated().sorted {
        ($1.element.probability, $0.offset) < ($0.element.probability, $1.offset)
      }
      .map(\.element)
    self.seen = seen
  }
}
