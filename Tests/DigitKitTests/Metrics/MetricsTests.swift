import Testing

@testable import DigitKit

/// `Tests/Golden/metrics.json`, made by `metrics.py` with scikit-learn and SciPy.
private struct MetricsGolden: Decodable {
  struct Scores: Decodable {
    var classes: [[Double]]
    var macro: [Double]
    var weighted: [Double]
  }
  var labels: [Int32]
  var probabilities64: [Float]
  var accuracy: Double
  var wilson: [Double]
  var confusion: [Int]
  var scores: Scores
  var area: [Double]
  var calibration10: Double
  var mcnemar: [[Double]]

  var predictions: Predictions {
    get throws {
      try Predictions(probabilities: probabilities64.map { $0 / 64 }, labels: labels, classes: 4)
    }
  }

  static func load() throws -> MetricsGolden {
    try Golden.decode(MetricsGolden.self, from: "metrics.json")
  }
}

/// Two classes; the probability of class 1 and the label.
private func binary(_ rows: [(Float, Int32)]) throws -> Predictions {
  try Predictions(
    probabilities: rows.flatMap { [1 - $0.0, $0.0] }, labels: rows.map(\.1), classes: 2)
}

@Suite struct MetricsTests {
  @Test func accuracyAndItsInterval() throws {
    let golden = try MetricsGolden.load()
    let accuracy = try golden.predictions.accuracy
    #expect(isClose(accuracy.value, golden.accuracy, 1e-15))
    #expect(isClose(accuracy.interval().lowerBound, golden.wilson[0], 1e-12))
    #expect(isClose(accuracy.interval().upperBound, golden.wilson[1], 1e-12))
    // At the ends it stays within 0...1, and says how little is known.
    #expect(Proportion(10, of: 10).interval().upperBound == 1)
    #expect(isClose(Proportion(10, of: 10).interval().lowerBound, 0.7224672, 1e-7))
    #expect(Proportion(0, of: 10).interval().lowerBound == 0)
    #expect(Proportion(0, of: 0).interval() == 0...1)
  }

  @Test func confusionAndScores() throws {
    let golden = try MetricsGolden.load()
    let matrix = ConfusionMatrix(try golden.predictions)
    #expect(matrix.counts == golden.confusion)
    for label in 0..<4 {
      let score = matrix.score(label)
      #expect(isClose(score.precision, golden.scores.classes[0][label], 1e-12))
      #expect(isClose(score.recall, golden.scores.classes[1][label], 1e-12))
      #expect(isClose(score.f1, golden.scores.classes[2][label], 1e-12))
    }
    for (mean, wanted) in [
      (matrix.macro, golden.scores.macro), (matrix.weighted, golden.scores.weighted),
    ] {
      #expect(isClose(mean.precision, wanted[0], 1e-12))
      #expect(isClose(mean.recall, wanted[1], 1e-12))
      #expect(isClose(mean.f1, wanted[2], 1e-12))
      #expect(mean.support == 150)
    }
  }

  /// Labels 0 0 1 2 are read 0 1 1 1; class 3 never occurs.
  @Test func confusionByHand() throws {
    let rows: [[Float]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]
    let matrix = ConfusionMatrix(
      try Predictions(probabilities: rows.flatMap { $0 }, labels: [0, 0, 1, 2], classes: 4))
    #expect(matrix.score(0) == .init(precision: 1, recall: 0.5, f1: 2.0 / 3, support: 2))
    #expect(matrix.score(1) == .init(precision: 1.0 / 3, recall: 1, f1: 0.5, support: 1))
    #expect(matrix.score(2) == .init(precision: 0, recall: 0, f1: 0, support: 1))
    #expect(isClose(matrix.macro.recall, 0.5, 1e-15))
    #expect(isClose(matrix.weighted.recall, 0.5, 1e-15))
    let mistakes = matrix.mistakes(9)
    #expect(mistakes.map(\.label) == [0, 2] && mistakes.map(\.predicted) == [1, 1])
    #expect(matrix.mistakes(1).count == 1)
  }

  @Test func areasUnderTheCurve() throws {
    let golden = try MetricsGolden.load()
    for label in 0..<4 {
      let roc = try #require(ROC(golden.predictions, label: label))
      #expect(isClose(roc.area, golden.area[label], 1e-12))
      // The same by trapezoids under the points.
      let trapezoids = zip(roc.points, roc.points.dropFirst()).reduce(0.0) {
        $0 + ($1.1.falsePositives - $1.0.falsePositives)
          * ($1.1.truePositives + $1.0.truePositives) / 2
      }
      #expect(isClose(trapezoids, roc.area, 1e-12))
    }
  }

  /// Scores 0.9+ 0.8- 0.7+ 0.7- 0.1-: of six pairs, two and two and a half and one are right.
  @Test func curveByHand() throws {
    let roc = try #require(
      ROC(scores: [0.1, 0.9, 0.7, 0.8, 0.7], isPositive: [false, true, true, false, false]))
    #expect(isClose(roc.area, (3 + 1.5) / 6, 1e-15))
    #expect(roc.points.map(\.truePositives) == [0, 0.5, 0.5, 1, 1])
    #expect(roc.points.last?.falsePositives == 1)
    #expect(ROC(scores: [1, 2], isPositive: [true, true]) == nil)
    #expect(ROC(scores: [1, .nan], isPositive: [true, false]) == nil)
  }

  @Test func calibration() throws {
    let golden = try MetricsGolden.load()
    let calibration = Calibration(try golden.predictions, bins: 10)
    #expect(isClose(calibration.expectedError, golden.calibration10, 1e-6))
    #expect(calibration.bins.reduce(0) { $0 + $1.count } == 150)
    // Four readings at 0.75, three right: perfect. At 1, all wrong: as bad as can be.
    let good = try binary([(0.75, 1), (0.75, 1), (0.75, 1), (0.75, 0)])
    #expect(Calibration(good).expectedError == 0)
    let bad = try binary([(1, 0), (0, 1)])
    #expect(Calibration(bad).expectedError == 1)
    #expect(Calibration(bad).largestError == 1)
  }

  /// Always 90 % sure and right four times of five: the temperature is the quotient of the two logits.
  @Test func temperature() throws {
    let tooSure = try binary([(0.9, 1), (0.9, 1), (0.9, 1), (0.9, 1), (0.9, 0)])
    let logit = { (p: Double) in StableMath.logarithm(p / (1 - p)) }
    #expect(isClose(Calibration.temperature(of: tooSure), logit(0.9) / logit(0.8), 2e-4))
    let tooShy = try binary([(0.6, 1), (0.6, 1), (0.6, 1), (0.6, 1), (0.6, 0)])
    let sharper = Calibration.temperature(of: tooShy, sharpeningFrom: 1)
    #expect(isClose(sharper, logit(0.6) / logit(0.8), 2e-4))
    // Never wrong, or sure and wrong: as far as it goes.
    let right = Calibration.temperature(of: try binary([(0.9, 1)]), sharpeningFrom: 0)
    #expect(isClose(right, 0.05, 1e-3))
    #expect(isClose(Calibration.temperature(of: try binary([(1, 0), (0, 1)])), 20, 1e-2))
  }

  /// Too few errors say nothing of how sure a model may be.
  @Test func temperatureOfFewErrors() throws {
    #expect(Calibration.temperature(of: try binary([(0.9, 1)])) == 1)
    let shy = [(0.6, 1), (0.6, 1), (0.6, 1), (0.6, 1), (0.6, 0)] as [(Float, Int32)]
    let nine = try binary((0..<9).flatMap { _ in shy })
    #expect(Calibration.temperature(of: nine) == 1)
    let ten = try binary((0..<10).flatMap { _ in shy })
    #expect(Calibration.temperature(of: ten) < 0.3)
  }

  @Test func readRateAgainstErrors() throws {
    // From sure to unsure: right, right, wrong and right alike, wrong.
    let rates = ReadRate(
      try binary([(1, 1), (0.9375, 1), (0.875, 0), (0.125, 0), (0.5625, 0)]))
    #expect(rates.points.map(\.readRate) == [0.2, 0.4, 0.8, 1])
    #expect(rates.points.map(\.errorRate) == [0, 0, 0.25, 0.4])
    #expect(rates.best(errorRate: 0)?.readRate == 0.4)
    #expect(rates.best(errorRate: 0.3)?.threshold == 0.875)
    #expect(ReadRate(try binary([(1, 0)])).best(errorRate: 0.1) == nil)
  }

  @Test func mcnemar() throws {
    for row in try MetricsGolden.load().mcnemar {
      let (b, c) = (Int(row[0]), Int(row[1]))
      let first = [Bool](repeating: true, count: b) + [Bool](repeating: false, count: c) + [true]
      let second = first.dropLast().map { !$0 } + [true]
      let test = try #require(McNemar(first, second))
      #expect((test.onlyFirst, test.onlySecond) == (b, c))
      #expect(isClose(test.pValue, row[2], 1e-10), "\(row)")
    }
    let test = try #require(McNemar([true, false, false, false], [true, true, true, true]))
    #expect(isClose(test.pValue, 0.25, 1e-12) && isClose(test.chiSquared, 4.0 / 3, 1e-15))
    #expect(McNemar([true], [true])?.pValue == 1)
    #expect(McNemar([true], []) == nil)
    let one = try binary([(1, 1)])
    #expect(McNemar(one, try binary([(1, 0)])) == nil)
  }

  @Test func predictionsAreChecked() throws {
    #expect(throws: DataError.self) { try Predictions(probabilities: [1], labels: [], classes: 1) }
    #expect(throws: DataError.self) { try Predictions(probabilities: [1], labels: [0], classes: 2) }
    #expect(throws: DataError.self) { try Predictions(probabilities: [1], labels: [1], classes: 1) }
    let nan = try Predictions(probabilities: [.nan, .nan], labels: [1], classes: 2)
    #expect(nan.predicted == [0] && nan.confidence(0) == 0)
    #expect(Calibration(nan).expectedError == 0)
  }
}
