import Testing

@testable import DigitKit

@Suite struct BatchesTests {
  @Test func everyPictureOnceAndAnotherOrderEachEpoch() throws {
    let first = try Batches(of: Array(0..<1000), size: 64, seed: 3, epoch: 0)
    let second = try Batches(of: Array(0..<1000), size: 64, seed: 3, epoch: 1)
    #expect(first.order.sorted() == (0..<1000).map(Int64.init))
    #expect(second.order.sorted() == first.order.sorted())
    #expect(first.order != second.order)
    #expect(first == (try Batches(of: Array(0..<1000), size: 64, seed: 3, epoch: 0)))
    #expect(first.order != (try Batches(of: Array(0..<1000), size: 64, seed: 4, epoch: 0)).order)
  }

  /// Written down once: a change here would change every run there ever was.
  @Test func theOrderIsForGood() throws {
    let order = try Batches(of: Array(0..<12), size: 4, seed: 1, epoch: 2).order
    #expect(order == BatchesTests.recorded)
  }
  static let recorded: [Int64] = [3, 1, 8, 2, 9, 6, 4, 7, 11, 5, 0, 10]

  @Test func batchesCoverTheOrder() throws {
    let batches = try Batches(of: Array(0..<10), size: 4, seed: 0, epoch: 0, shuffled: false)
    #expect(batches.count == 3)
    #expect((0..<3).map { Array(batches[$0]) } == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    let whole = try Batches(
      of: Array(0..<10), size: 4, seed: 0, epoch: 0, shuffled: false, dropsLast: true)
    #expect(whole.count == 2)
  }

  @Test func balancedBatchesHaveEveryClassAlike() throws {
    // 90 zeros, 9 ones, 1 two.
    let labels = (0..<100).map { Int32($0 < 90 ? 0 : $0 < 99 ? 1 : 2) }
    let batches = try Batches(
      balanced: Array(0..<100), labels: labels, size: 9, seed: 5, epoch: 0)
    #expect(batches.order.count == 100)
    for batch in 0..<batches.count where batches[batch].count == 9 {
      for label in 0..<3 {
        #expect(batches[batch].count { labels[Int($0)] == label } == 3)
      }
    }
    // Of a large class no picture comes twice.
    let zeros = batches.order.filter { labels[Int($0)] == 0 }
    #expect(Set(zeros).count == zeros.count)
    // Of a small class all come equally often, to within one.
    let ones = (90..<99).map { one in batches.order.count { $0 == one } }
    #expect((ones.max() ?? 0) - (ones.min() ?? 0) <= 1)
  }

  @Test func impossibleBatchesAreErrors() {
    #expect(throws: DataError.self) { try Batches(of: [], size: 4, seed: 0, epoch: 0) }
    #expect(throws: DataError("a batch has at least 1 picture, not 0")) {
      try Batches(of: [1], size: 0, seed: 0, epoch: 0)
    }
    #expect(throws: DataError.self) {
      try Batches(balanced: [0, 7], labels: [1, 1], size: 1, seed: 0, epoch: 0)
    }
  }
}

@Suite struct SplitTests {
  @Test func partsNeverOverlapAndMissNothing() throws {
    for seed in 0..<20 as Range<UInt64> {
      let split = try Split(count: 101, validation: 17, seed: seed)
      #expect(split.validation.count == 17)
      #expect((split.training + split.validation).sorted() == Array(0..<101))
      #expect(split.training == split.training.sorted())
      #expect(split == (try Split(count: 101, validation: 17, seed: seed)))
    }
    #expect(
      try Split(count: 99, validation: 9, seed: 1) != Split(count: 99, validation: 9, seed: 2))
    #expect(try Split(count: 5, validation: 0, seed: 1).training.count == 5)
  }

  @Test func stratifiedPartsHaveEveryClassInProportion() throws {
    let labels = (0..<1000).map { Int32($0 % 10 == 0 ? 1 : $0 % 100 == 7 ? 2 : 0) }
    let split = try Split(stratified: labels, validation: 100, seed: 4)
    let counts = (0..<3).map { label in split.validation.count { labels[$0] == label } }
    #expect(counts == [89, 10, 1])
    #expect((split.training + split.validation).sorted() == Array(0..<1000))
  }

  @Test func sharesAddUp() {
    #expect(Split.shares([1, 1, 1], total: 2) == [1, 1, 0])
    #expect(Split.shares([5, 3, 2], total: 5) == [3, 1, 1])
    #expect(Split.shares([10], total: 0) == [0])
  }

  @Test func nothingLeftToTrainOnIsAnError() {
    #expect(throws: DataError.self) { try Split(count: 5, validation: 5, seed: 0) }
    #expect(throws: DataError.self) { try Split(count: 5, validation: -1, seed: 0) }
    #expect(throws: DataError.self) { try Split(stratified: [], validation: 0, seed: 0) }
  }
}
