/// Curves with a point for each picture, brought down to what a drawing can show.
extension ROC {
  /// Points of a thinned curve at most.
  static let most = 160

  /// The corners of the curve; where there are too many, evenly many of them.
  var outline: [TestReport.ROCPoint] {
    let corners = points.indices.filter { place in
      guard place > 0, place + 1 < points.count else { return true }
      let (before, here, after) = (points[place - 1], points[place], points[place + 1])
      let goesUp =
        before.falsePositives == here.falsePositives && here.falsePositives == after.falsePositives
      let goesRight =
        before.truePositives == here.truePositives && here.truePositives == after.truePositives
      return !goesUp && !goesRight
    }
    return thinned(corners, to: ROC.most).map {
      TestReport.ROCPoint(
        falsePositives: points[$0].falsePositives, truePositives: points[$0].truePositives)
    }
  }
}

extension TestReport.CalibrationSummary {
  init(_ calibration: Calibration) {
    bins = calibration.bins.map {
      Bin(count: $0.count, confidence: $0.confidence, accuracy: $0.accuracy)
    }
    expectedError = calibration.expectedError
    largestError = calibration.largestError
  }
}

extension TestReport.ReadRateSummary {
  init(_ rate: ReadRate, allowedError: Double) {
    self.allowedError = allowedError
    chosen = rate.best(errorRate: allowedError).map(Point.init)
    points = thinned(rate.points, to: 200).map(Point.init)
  }
}

/// At most so many elements, evenly, the first and the last among them.
func thinned<T>(_ all: [T], to most: Int) -> [T] {
  guard all.count > most, most > 1 else { return all }
  return (0..<most).map { all[$0 * (all.count - 1) / (most - 1)] }
}
