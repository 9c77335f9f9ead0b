/// What a set of pictures looks like, in numbers and as the mean picture of each class.
///
///     print(DataDescription(of: set))
public struct DataDescription: Sendable, Equatable, Codable {
  /// One class.
  public struct ClassPart: Sendable, Equatable, Codable {
    /// Its number.
    public var label: Int
    /// Its name.
    public var name: String
    /// How many pictures it has.
    public var count: Int
    /// The mean of all its pixels, 0 to 255.
    public var mean: Double
    /// The standard deviation of all its pixels.
    public var deviation: Double
  }

  /// How many pictures.
  public var count: Int
  /// Rows of a picture.
  public var height: Int
  /// Columns of a picture.
  public var width: Int
  /// Values of a pixel.
  public var channels: Int
  /// Every class, those without pictures too.
  public var classes: [ClassPart]
  /// Of all pixels, and of each channel.
  public var statistics: PixelStatistics
  /// `[class][y][x][channel]`, rounded.
  public var meanPixels: [[UInt8]]

  /// Looks at all pictures of a set, or at some.
  public init(
    of set: ImageSet, indices: [Int]? = nil, names: [String] = []
  ) throws(DataError) {
    let indices = indices ?? Array(0..<set.count)
    let all = try PixelSums(set, indices)
    (count, height, width) = (indices.count, set.height, set.width)
    channels = set.channels
    statistics = all.statistics
    classes = []
    meanPixels = []
    for label in 0..<set.classes {
      let sums = all.classes[label]
      let pixels = Double(max(1, sums.count * set.imageSize))
      let total = sums.perPixel.reduce(0) { $0 + Double($1) }
      let mean = total / pixels
      classes.append(
        ClassPart(
          label: label, name: names.indices.contains(label) ? names[label] : "\(label)",
          count: sums.count, mean: mean,
          deviation: max(0, Double(sums.squares) / pixels - mean * mean).squareRoot()))
      let half = UInt64(sums.count / 2)
      meanPixels.append(
        sums.perPixel.map { UInt8(($0 + half) / UInt64(max(1, sums.count))) })
    }
  }

  /// The mean pictures of all classes, with names and counts.
  public func meanSheet(scale: Int = 2) throws(DataError) -> Picture {
    var pictures: [Picture] = []
    for pixels in meanPixels {
      let shown =
        channels == 1 || channels == 3
        ? pixels : stride(from: 0, to: pixels.count, by: channels).map { pixels[$0] }
      pictures.append(
        try Picture(width: width, height: height, channels: channels == 3 ? 3 : 1, bytes: shown))
    }
    return try ContactSheet(columns: min(10, classes.count), scale: scale)
      .draw(pictures, captions: classes.map { "\($0.name)\n\($0.count)" })
  }
}

extension DataDescription: CustomStringConvertible {
  /// A table.
  public var description: String {
    func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
    let widest = max(5, classes.map(\.name.count).max() ?? 0)
    func row(_ cells: [String]) -> String {
      cells.enumerated().map { place, cell in
        let width = place == 0 ? widest : 9
        return String(repeating: " ", count: max(0, width - cell.count)) + cell
      }.joined(separator: " ")
    }
    let head =
      "\(count) pictures of \(height)x\(width)x\(channels), \(classes.count) classes, pixels from "
      + "\(statistics.least) to \(statistics.most)"
    let means = zip(statistics.mean, statistics.deviation).map {
      "mean \(text(255 * $0)), deviation \(text(255 * $1))"
    }.joined(separator: "; ")
    let rows = classes.map {
      row([
        $0.name, "\($0.count)", text(100 * Double($0.count) / Double(max(1, count))) + " %",
        text($0.mean), text($0.deviation),
      ])
    }
    return ([head, means, row(["class", "count", "share", "mean", "deviation"])] + rows)
      .joined(separator: "\n")
  }
}
