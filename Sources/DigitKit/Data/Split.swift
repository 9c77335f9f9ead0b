/// Which pictures train, which validate and which test: no picture twice, together all, and the same for a
/// seed on any machine. All lists ascend.
public struct Split: Sendable, Equatable, Codable {
  /// Indices to train on.
  public let training: [Int]
  /// Indices to choose by.
  public let validation: [Int]
  /// Indices for the last figure. Empty where the test pictures are a set of their own.
  public let test: [Int]

  /// Draws `validation` and `test` of `count` pictures.
  public init(
    count: Int, validation: Int, test: Int = 0, seed: UInt64
  ) throws(DataError) {
    try Split.check(count, validation, test)
    var order = Array(0..<count)
    var random = Split.random(seed, item: 0)
    random.shuffle(&order)
    self.init(
      validation: order.prefix(validation), test: order.dropFirst(validation).prefix(test),
      of: count)
  }

  /// Draws them so that each class has its share to within one picture.
  public init(
    stratified labels: [Int32], validation: Int, test: Int = 0, seed: UInt64
  ) throws(DataError) {
    try Split.check(labels.count, validation, test)
    let classes = Classes(labels)
    let counts = classes.members.map(\.count)
    let shares = Split.shares(counts, total: validation)
    let testShares = Split.shares(zip(counts, shares).map { $0 - $1 }, total: test)
    var (validates, tests): ([Int], [Int]) = ([], [])
    for (place, members) in classes.members.enumerated() {
      let members = Split.shuffled(members, label: classes.labels[place], seed)
      validates += members.prefix(shares[place])
      tests += members.dropFirst(shares[place]).prefix(testShares[place])
    }
    self.init(validation: validates[...], test: tests[...], of: labels.count)
  }

  init(validation: ArraySlice<Int>, test: ArraySlice<Int> = [], of count: Int) {
    var isTaken = [Bool](repeating: false, count: count)
    for index in validation { isTaken[index] = true }
    for index in test { isTaken[index] = true }
    self.validation = validation.sorted()
    self.test = test.sorted()
    training = (0..<count).filter { !isTaken[$0] }
  }

  /// Files from before there were test pictures have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    training = try container.decode([Int].self, forKey: .training)
    validation = try container.decode([Int].self, forKey: .validation)
    test = try container.decodeIfPresent([Int].self, forKey: .test) ?? []
  }

  /// The pictures of a class in random order. By label, not by place: a class keeps its draw when another one
  /// comes or goes.
  static func shuffled(_ members: [Int], label: Int32, _ seed: UInt64) -> [Int] {
    var members = members
    var random = Split.random(seed, item: 1 + UInt32(bitPattern: label))
    random.shuffle(&members)
    return members
  }

  /// `total` in proportion to `counts`, by largest remainders; ties go to the earlier class.
  static func shares(_ counts: [Int], total: Int) -> [Int] {
    let sum = max(1, counts.reduce(0, +))
    var shares = counts.map { $0 * total / sum }
    let remainders = counts.map { $0 * total % sum }
    let missing = total - shares.reduce(0, +)
    let neediest = counts.indices.sorted { (remainders[$1], $0) < (remainders[$0], $1) }
    for place in neediest.prefix(missing) { shares[place] += 1 }
    return shares
  }

  static func random(_ seed: UInt64, item: UInt32) -> RandomStream {
    RandomStream(Philox(seed: seed, stream: Philox.stream(.shuffle, layer: 1), item: item))
  }

  private static func check(_ count: Int, _ validation: Int, _ test: Int) throws(DataError) {
    guard count < 1 << 31 else { throw DataError("\(count) pictures are more than can be split") }
    guard validation >= 0, test >= 0, validation < count, test < count - validation else {
      let aside = "\(validation)" + (test == 0 ? "" : " and \(test)")
      throw DataError(
        "\(aside) of \(count) pictures cannot be set aside for validation"
          + "\(test == 0 ? "" : " and test"): at least one must be left to train on")
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
