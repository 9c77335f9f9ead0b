extension Split {
  /// `count` splits that take turns: each picture validates in exactly one of them. Sizes differ by one
  /// picture at most.
  public static func folds(_ number: Int, count: Int, seed: UInt64) throws(DataError) -> [Split] {
    try checkFolds(number, count)
    var order = Array(0..<count)
    var random = Split.random(seed, item: 0)
    random.shuffle(&order)
    return dealt(order, number)
  }

  /// The same with every class in proportion: its pictures differ by one at most from fold to fold.
  public static func folds(
    _ number: Int, stratified labels: [Int32], seed: UInt64
  ) throws(DataError) -> [Split] {
    try checkFolds(number, labels.count)
    let classes = Classes(labels)
    let order = zip(classes.members, classes.labels).flatMap {
      Split.shuffled($0, label: $1, seed)
    }
    return dealt(order, number)
  }

  /// One after the other, as cards: runs of a class go to all folds alike.
  private static func dealt(_ order: [Int], _ number: Int) -> [Split] {
    (0..<number).map { fold in
      let own = stride(from: fold, to: order.count, by: number).map { order[$0] }
      return Split(validation: own[...], of: order.count)
    }
  }

  private static func checkFolds(_ number: Int, _ count: Int) throws(DataError) {
    guard number >= 2, number <= count, count < 1 << 31 else {
      throw DataError(
        "\(count) pictures cannot be split into \(number) folds: there are at least 2, and each has "
          + "a picture")
    }
  }
}
