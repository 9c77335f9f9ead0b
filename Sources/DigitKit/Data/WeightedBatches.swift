extension Batches {
  /// As many draws as `indices`, each of a picture in proportion to its weight (one for each of `indices`,
  /// from 0, not all 0); what was drawn may come again.
  public init(
    weighted indices: [Int], weights: [Double], size: Int, seed: UInt64, epoch: Int,
    dropsLast: Bool = false
  ) throws(DataError) {
    try Batches.check(indices, size)
    guard weights.count == indices.count, weights.allSatisfy({ $0.isFinite && $0 >= 0 }),
      let heaviest = weights.max(), heaviest > 0
    else {
      throw DataError(
        "\(indices.count) pictures need as many weights from 0, not all of them 0")
    }
    // Whole numbers, so that sums have the same bits in any order: 2^31 pictures of 2^32 each fit.
    var sum: UInt64 = 0
    let ends = weights.map { weight in
      sum += UInt64((weight / heaviest * 0x1p32).rounded())
      return sum
    }
    var random = Batches.random(seed, epoch)
    let order = indices.map { _ in
      let drawn = random.below64(sum)
      return Int64(indices[Batches.place(of: drawn, in: ends)])
    }
    self.init(order: order, size: size, dropsLast: dropsLast)
  }

  /// The first place whose end lies beyond the number.
  private static func place(of number: UInt64, in ends: [UInt64]) -> Int {
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
