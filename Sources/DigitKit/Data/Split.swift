/// Which pictures train and which validate: never the same, together all, and the same for a seed on any
/// machine. Both lists ascend.
public struct Split: Sendable, Equatable, Codable {
  /// Indices to train on.
  public let training: [Int]
  /// Indices to choose by.
  public let validation: [Int]

  /// Draws `validation` of `count` pictures.
  public init(count: Int, validation: Int, seed: UInt64) throws(DataError) {
    try Split.check(count, validation)
    var order = Array(0..<count)
    var random = Split.random(seed, item: 0)
    random.shuffle(&order)
    self.init(validation: order.prefix(validation), of: count)
  }

  /// Draws `validation` pictures so that each class has its share to within one picture.
  public init(stratified labels: [Int32], validation: Int, seed: UInt64) throws(DataError) {
    try Split.check(labels.count, validation)
    let classes = Classes(labels)
    let shares = Split.shares(classes.members.map(\.count), total: validation)
    var chosen: [Int] = []
    for (place, members) in classes.members.enumerated() {
      var members = members
      // By label, not by place: a class keeps its draw when another one comes or goes.
      var random = Split.random(seed, item: 1 + UInt32(bitPattern: classes.labels[place]))
      random.shuffle(&members)
      chosen += members.prefix(shares[place])
    }
    self.init(validation: chosen[...], of: labels.count)
  }

  private init(validation: ArraySlice<Int>, of count: Int) {
    var validates = [Bool](repeating: false, count: count)
    for index in validation { validates[index] = true }
    self.validation = (0..<count).filter { validates[$0] }
    training = (0..<count).filter { !validates[$0] }
  }

  /// `total` in proportion to `counts`, by largest remainders; ties go to the earlier class.
  static func shares(_ counts: [Int], total: Int) -> [Int] {
    let sum = counts.reduce(0, +)
    var shares = counts.map { $0 * total / sum }
    let remainders = counts.map { $0 * total % sum }
    let missing = total - shares.reduce(0, +)
    let neediest = counts.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
    for place in neediest.prefix(missing) { shares[place] += 1 }
    return shares
  }

  private static func random(_ seed: UInt64, item: UInt32) -> RandomStream {
    RandomStream(Philox(seed: seed, stream: Philox.stream(.shuffle, layer: 1), item: item))
  }

  private static func check(_ count: Int, _ validation: Int) throws(DataError) {
    guard count < 1 << 31 else { throw DataError("\(count) pictures are more than can be split") }
    guard validation >= 0, validation < count else {
      throw DataError(
        "\(validation) of \(count) pictures cannot be set aside for validation: "
          + "at least one must be left to train on")
    }
  }
}

/// The pictures of each label, in order.
struct Classes {
  let labels: [Int32]
  let members: [[Int]]

  init(_ all: [Int32], among indices: [Int]? = nil) {
    var byLabel: [Int32: [Int]] = [:]
    for index in indices ?? Array(all.indices) { byLabel[all[index], default: []].append(index) }
    labels = byLabel.keys.sorted()
    members = labels.map { byLabel[$0] ?? [] }
  }
}
