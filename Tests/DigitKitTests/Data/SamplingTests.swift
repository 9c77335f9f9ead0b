import Foundation
import Testing

@testable import DigitKit

@Suite struct SamplingTests {
  private let labels = (0..<1000).map { Int32($0 % 10 == 0 ? 1 : 0) }

  private func order(
    _ sampling: Sampling, seed: UInt64 = 1, epoch: Int = 0, of indices: [Int]? = nil
  ) throws -> [Int64] {
    try sampling.batches(
      of: indices ?? Array(0..<1000), labels: labels, size: 10, seed: seed, epoch: epoch
    ).order
  }

  @Test func shuffledAndBalancedAreThoseOfBatches() throws {
    #expect(
      try order(.shuffled, seed: 4)
        == Batches(of: Array(0..<1000), size: 10, seed: 4, epoch: 0).order)
    #expect(
      try order(.balanced, seed: 4)
        == Batches(balanced: Array(0..<1000), labels: labels, size: 10, seed: 4, epoch: 0)
        .order)
  }

  @Test func picturesComeInProportionToTheirWeights() throws {
    let weights = (0..<1000).map { Double($0 % 4) }
    let drawn = try (0..<20).flatMap { try order(.pictureWeights(weights), epoch: $0) }
    #expect(drawn.count == 20_000)
    for weight in 0..<4 {
      let share = Double(drawn.count { $0 % 4 == weight }) / 20_000
      // Five standard deviations of 20,000 draws.
      #expect(abs(share - Double(weight) / 6) < 0.018)
    }
  }

  @Test func classesComeInProportionToTheirWeights() throws {
    // 900 of class 0 and 100 of class 1: nine times the weight makes them alike.
    let drawn = try order(.classWeights([1, 9]))
    #expect(abs(drawn.count { labels[Int($0)] == 1 } - 500) < 80)
    #expect(Sampling.classWeights(balancing: labels) == .classWeights([1.0 / 900, 1.0 / 100]))
    #expect(try order(.classWeights([0, 1])).allSatisfy { $0 % 10 == 0 })
    let some = try order(.classWeights([1, 1]), of: [5, 6, 10])
    #expect(some.count == 3 && some.allSatisfy { [5, 6, 10].contains($0) })
  }

  /// Written down once: a change here would change every run there ever was.
  @Test func theOrderIsForGood() throws {
    let weights = (0..<1000).map { 1 / Double($0 + 1) }
    let recorded = try Array(order(.pictureWeights(weights), seed: 7, epoch: 3).prefix(8))
    #expect(recorded == [174, 5, 11, 9, 17, 0, 0, 7])
    #expect(
      try order(.pictureWeights(weights), epoch: 1) != order(.pictureWeights(weights), epoch: 2))
  }

  @Test func weightsThatDoNotFitAreErrors() {
    for sampling: Sampling in [
      .classWeights([1]), .classWeights([1, .nan]), .classWeights([1, -1]),
      .classWeights([0, 0]), .pictureWeights([1, 2]), .pictureWeights([]),
      .pictureWeights([Double](repeating: 0, count: 1000)),
    ] {
      #expect(throws: DataError.self) { try order(sampling) }
      #expect(throws: DataError.self) {
        try sampling.check(Array(0..<1000), labels: labels)
      }
    }
  }

  @Test func comesBackFromAFile() throws {
    for sampling: Sampling in [
      .shuffled, .inOrder, .balanced, .classWeights([1, 0.5]), .pictureWeights([0.1]),
    ] {
      try expectRoundTrip([sampling])
      var configuration = TrainingConfiguration()
      configuration.sampling = sampling
      try expectRoundTrip(configuration)
    }
    for text in [#"["shufled"]"#, #"[{"weights": [1]}]"#, "[1]"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([Sampling].self, from: Data(text.utf8))
      }
    }
    let text = String(
      decoding: try JSONEncoder().encode([Sampling.balanced, .classWeights([2])]), as: UTF8.self)
    #expect(text == #"["balanced",{"classWeights":[2]}]"#)
  }

  @Test func aTrainerRefusesWeightsBeforeItBegins() throws {
    var setup = configuration()
    setup.sampling = .classWeights([1, 2])
    #expect(throws: DataError.self) {
      try Trainer(cornerNet(), setup, training: corners(64))
    }
    setup.sampling = .classWeights([1, 2, 3, 4])
    let result = try Trainer(cornerNet(), setup, training: corners(64)).run()
    #expect(result.progress.epoch == 2)
  }
}
