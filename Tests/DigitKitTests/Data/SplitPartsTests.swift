import Foundation
import Testing

@testable import DigitKit

/// Numbers for random cases.
private func draws(_ seed: UInt64) -> RandomStream {
  RandomStream(Philox(seed: seed, stream: Philox.stream(.test)))
}

@Suite struct SplitPartsTests {
  /// Random sets of random classes: no picture is in two parts, none is missing, and sizes are as asked for.
  @Test func partsNeverOverlapInManyRandomCases() throws {
    var random = draws(1)
    for seed in 0..<300 as Range<UInt64> {
      let count = 3 + Int(random.below(200))
      let labels = (0..<count).map { _ in Int32(random.below(7)) * Int32(random.below(2)) }
      let validation = Int(random.below(UInt32(count - 1)))
      let test = Int(random.below(UInt32(count - validation)))
      for split in [
        try Split(count: count, validation: validation, test: test, seed: seed),
        try Split(stratified: labels, validation: validation, test: test, seed: seed),
      ] {
        #expect(split.validation.count == validation && split.test.count == test)
        let all = split.training + split.validation + split.test
        #expect(all.sorted() == Array(0..<count))
        for part in [split.training, split.validation, split.test] {
          #expect(part == part.sorted())
        }
      }
    }
  }

  @Test func everyClassHasItsShareInEveryPart() throws {
    var random = draws(2)
    for seed in 0..<50 as Range<UInt64> {
      let labels = (0..<500).map { _ in Int32(min(random.below(6), random.below(6))) }
      let split = try Split(stratified: labels, validation: 100, test: 50, seed: seed)
      for label in Set(labels) {
        let all = Double(labels.count { $0 == label })
        let parts = [(split.validation, 0.2), (split.test, 0.1), (split.training, 0.7)]
        for (part, share) in parts {
          let own = Double(part.count { labels[$0] == label })
          #expect(abs(own - all * share) < 2)
        }
      }
    }
  }

  /// Test pictures come behind the validation's draw: what a seed gave before stays as it was.
  @Test func testPicturesLeaveTheValidationAsItWas() throws {
    let labels = (0..<200).map { Int32($0 % 7) }
    for seed in 0..<10 as Range<UInt64> {
      let plain = try Split(count: 200, validation: 30, seed: seed)
      #expect(
        try Split(count: 200, validation: 30, test: 40, seed: seed).validation
          == plain.validation)
      let stratified = try Split(stratified: labels, validation: 30, seed: seed)
      #expect(
        try Split(stratified: labels, validation: 30, test: 40, seed: seed).validation
          == stratified.validation)
    }
    // Recorded before there were test pictures.
    let recorded = [
      try Split(count: 20, validation: 5, seed: 1).validation,
      try Split(stratified: Array(labels.prefix(20)), validation: 5, seed: 1).validation,
    ]
    #expect(recorded == [[0, 2, 15, 18, 19], [0, 2, 3, 8, 11]])
  }

  @Test func filesWithoutTestPicturesAreRead() throws {
    let split = try Split(count: 10, validation: 3, test: 2, seed: 1)
    try expectRoundTrip(split)
    let old = try JSONDecoder().decode(
      Split.self, from: Data(#"{"training": [0, 2], "validation": [1]}"#.utf8))
    #expect(old.test.isEmpty && old.training == [0, 2])
  }

  @Test func impossiblePartsAreErrors() {
    #expect(throws: DataError.self) { try Split(count: 5, validation: 2, test: 3, seed: 0) }
    #expect(throws: DataError.self) { try Split(count: 5, validation: 0, test: -1, seed: 0) }
    #expect(throws: DataError.self) { try Split(count: 5, validation: 1, test: .max, seed: 0) }
  }

  @Test func eachPictureValidatesInOneFold() throws {
    var random = draws(3)
    for seed in 0..<60 as Range<UInt64> {
      let count = 10 + Int(random.below(150))
      let number = 2 + Int(random.below(9))
      let labels = (0..<count).map { _ in Int32(min(random.below(5), random.below(5))) }
      let stratified = try Split.folds(number, stratified: labels, seed: seed)
      for folds in [try Split.folds(number, count: count, seed: seed), stratified] {
        #expect(folds.count == number)
        #expect(folds.flatMap(\.validation).sorted() == Array(0..<count))
        for fold in folds {
          #expect((fold.training + fold.validation).sorted() == Array(0..<count))
        }
        let sizes = folds.map(\.validation.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
      for label in Set(labels) {
        let own = stratified.map { $0.validation.count { labels[$0] == label } }
        #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1)
      }
    }
    #expect(throws: DataError.self) { try Split.folds(1, count: 5, seed: 0) }
    #expect(throws: DataError.self) { try Split.folds(6, count: 5, seed: 0) }
  }
}

@Suite struct SubsetTests {
  private let labels = (0..<300).map { Int32($0 % 10 == 0 ? 2 : $0 % 3 == 0 ? 1 : 0) }

  @Test func soManyOfEachClass() throws {
    let small = try Subset.perClass(5, labels: labels, seed: 3)
    #expect(small == small.sorted() && Set(small).count == 15)
    for label in 0..<3 as Range<Int32> { #expect(small.count { labels[$0] == label } == 5) }
    let large = try Subset.perClass(20, labels: labels, seed: 3)
    #expect(Set(small).isSubset(of: large))
    #expect(try Subset.perClass(5, labels: labels, seed: 4) != small)
    let among = Array(100..<300)
    #expect(
      try Subset.perClass(5, labels: labels, among: among, seed: 3).allSatisfy { $0 >= 100 })
  }

  @Test func balancedIsAsManyAsTheSmallest() throws {
    let subset = try Subset.balanced(labels: labels, seed: 1)
    #expect(subset.count == 90 && subset.count { labels[$0] == 2 } == 30)
  }

  @Test func impossibleSubsetsAreErrors() {
    #expect(throws: DataError("class 2 has only 30 pictures, not 31")) {
      try Subset.perClass(31, labels: labels, seed: 0)
    }
    #expect(throws: DataError.self) { try Subset.perClass(0, labels: labels, seed: 0) }
    #expect(throws: DataError.self) { try Subset.balanced(labels: [], seed: 0) }
    #expect(throws: DataError.self) {
      try Subset.perClass(1, labels: labels, among: [300], seed: 0)
    }
  }
}
