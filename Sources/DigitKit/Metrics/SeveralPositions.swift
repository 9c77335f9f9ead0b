/// Test-time augmentation: each picture is read where it is and a pixel away in each direction, and what the
/// network says is averaged. Costs as many readings as there are positions.
extension Evaluator {
  /// Where pictures are moved, in pixels: rows down, columns to the right.
  public static let positions = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]

  /// The mean probabilities over all positions.
  public func predictionsInSeveralPositions(_ data: LabelledData) throws -> Predictions {
    var sums: [Float] = []
    var last: Predictions?
    for (down, right) in Evaluator.positions {
      let moved = try LabelledData(
        data.images.moved(down: down, right: right), indices: data.indices, targets: data.targets)
      let predictions = try predictions(moved)
      if sums.isEmpty { sums = [Float](repeating: 0, count: predictions.probabilities.count) }
      for place in sums.indices { sums[place] += predictions.probabilities[place] }
      last = predictions
    }
    guard let last else { throw DataError("there is no picture to measure on") }
    let share = 1 / Float(Evaluator.positions.count)
    return try Predictions(
      probabilities: sums.map { $0 * share }, labels: last.labels, classes: last.classes)
  }
}

extension ImageSet {
  /// All pictures moved; zeros come in at the sides.
  func moved(down: Int, right: Int) throws(DataError) -> ImageSet {
    let row = width * channels
    let shift = right * channels
    var bytes = [UInt8](repeating: 0, count: pixels.count)
    let columns = max(0, row - abs(shift))
    pixels.withUnsafeBytes { from in
      bytes.withUnsafeMutableBytes { to in
        for line in 0..<count * height {
          let (image, y) = line.quotientAndRemainder(dividingBy: height)
          guard (0..<height).contains(y + down), columns > 0 else { continue }
          let source = line * row + max(0, -shift)
          let target = (image * height + y + down) * row + max(0, shift)
          to[target..<target + columns].copyBytes(from: from[source..<source + columns])
        }
      }
    }
    return try ImageSet(
      pixels: bytes, labels: labels, height: height, width: width, channels: channels,
      classes: classes)
  }
}
