/// Which pictures an epoch takes, and how often. All are functions of (seed, epoch) alone: the same on any
/// machine, and after a resume.
public enum Sampling: Sendable, Equatable {
  /// Every picture once, in random order.
  case shuffled
  /// Every picture once, as they come: for data that is in random order already, such as drawn digits.
  case inOrder
  /// Every class equally often, to within one, in each batch too.
  case balanced
  /// Each draw takes a picture with a probability in proportion to the weight of its class; pictures may come
  /// again. One weight for each class.
  case classWeights([Double])
  /// The same with one weight for each picture of the set.
  case pictureWeights([Double])

  /// Weights with which every class comes equally often on average.
  public static func classWeights(balancing labels: [Int32]) -> Sampling {
    let counts = counts(of: labels, classes: Int(labels.max() ?? -1) + 1)
    return .classWeights(counts.map { $0 == 0 ? 0 : 1 / Double($0) })
  }

  /// How many of the labels are of each class; those of no class are left out.
  static func counts(of labels: [Int32], classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels where counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
    return counts
  }

  /// The batches of an epoch; an epoch has as many pictures as `indices`.
  public func batches(
    of indices: [Int], labels: [Int32], size: Int, seed: UInt64, epoch: Int,
    dropsLast: Bool = false
  ) throws(DataError) -> Batches {
    switch self {
    case .shuffled:
      return try Batches(of: indices, size: size, seed: seed, epoch: epoch, dropsLast: dropsLast)
    case .inOrder:
      return try Batches(
        of: indices, size: size, seed: seed, epoch: epoch, shuffled: false, dropsLast: dropsLast)
    case .balanced:
      return try Batches(
        balanced: indices, labels: labels, size: size, seed: seed, epoch: epoch,
        dropsLast: dropsLast)
    case .classWeights, .pictureWeights:
      return try Batches(
        weighted: indices, weights: weights(of: indices, labels), size: size, seed: seed,
        epoch: epoch, dropsLast: dropsLast)
    }
  }

  /// One clear line where weights do not go with the data.
  public func check(_ indices: [Int], labels: [Int32]) throws(DataError) {
    _ = try weights(of: indices, labels)
  }

  /// One for each of `indices`; none where there are no weights.
  private func weights(of indices: [Int], _ labels: [Int32]) throws(DataError) -> [Double] {
    let (all, unit): ([Double], String)
    switch self {
    case .shuffled, .inOrder, .balanced: return []
    case .classWeights(let weights): (all, unit) = (weights, "class")
    case .pictureWeights(let weights): (all, unit) = (weights, "picture")
    }
    if let place = all.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw DataError("the weight of \(unit) \(place) is \(all[place]), but must be 0 or more")
    }
    let places = unit == "class" ? try Sampling.labels(of: indices, labels) : indices
    guard unit == "class" || all.count == labels.count else {
      throw DataError("\(all.count) weights do not go with \(labels.count) pictures")
    }
    if let place = places.first(where: { !all.indices.contains($0) }) {
      throw DataError("\(unit) \(place) has no weight: there are \(all.count)")
    }
    let weights = places.map { all[$0] }
    guard weights.contains(where: { $0 > 0 }) else {
      throw DataError("all weights are 0: no picture would ever be taken")
    }
    return weights
  }

  private static func labels(of indices: [Int], _ labels: [Int32]) throws(DataError) -> [Int] {
    if let index = indices.first(where: { !labels.indices.contains($0) }) {
      throw DataError("picture \(index) has no label: there are \(labels.count)")
    }
    return indices.map { Int(labels[$0]) }
  }
}

extension Sampling: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case shuffled, inOrder, balanced, classWeights, pictureWeights
  }

  /// In a file it is `"shuffled"`, `"inOrder"`, `"balanced"`, `{"classWeights": [...]}` or `{"pictureWeights": [...]}`.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      switch Key(rawValue: name) {
      case .shuffled: self = .shuffled
      case .inOrder: self = .inOrder
      case .balanced: self = .balanced
      default: throw Sampling.unknown(decoder)
      }
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    switch container.allKeys.first {
    case .classWeights:
      self = .classWeights(try container.decode([Double].self, forKey: .classWeights))
    case .pictureWeights:
      self = .pictureWeights(try container.decode([Double].self, forKey: .pictureWeights))
    default: throw Sampling.unknown(decoder)
    }
  }

  private static func unknown(_ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: decoder.codingPath,
        debugDescription: "sampling is one of "
          + Key.allCases.map(\.rawValue).joined(separator: ", ")))
  }

  /// In a file it is `"shuffled"`, `"inOrder"`, `"balanced"`, `{"classWeights": [...]}` or `{"pictureWeights": [...]}`.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .shuffled: try Sampling.encode(.shuffled, to: encoder)
    case .inOrder: try Sampling.encode(.inOrder, to: encoder)
    case .balanced: try Sampling.encode(.balanced, to: encoder)
    case .classWeights(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .classWeights)
    case .pictureWeights(let weights):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(weights, forKey: .pictureWeights)
    }
  }

  private static func encode(_ key: Key, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(key.rawValue)
  }
}
