/// Mean and spread of pixels, as networks want them: of values from 0 to 1.
public struct PixelStatistics: Sendable, Equatable, Codable {
  /// Of each channel.
  public var mean: [Double]
  /// The standard deviation of each channel.
  public var deviation: [Double]
  /// The darkest byte.
  public var least: UInt8
  /// The lightest byte.
  public var most: UInt8
}

extension ImageSet {
  /// The statistics of all pixels of a set, or of the pictures that train: those that test must not help.
  public func statistics(of indices: [Int]? = nil) throws(DataError) -> PixelStatistics {
    try PixelSums(self, indices ?? Array(0..<count)).statistics
  }
}

extension Input {
  /// Standardised by a set's statistics: each channel gets mean 0 and deviation 1. The numbers travel with the
  /// model's file.
  public func standardised(by statistics: PixelStatistics) -> Input {
    var input = self
    let unit = type == .bytes ? 255.0 : 1
    // A channel of one value has no deviation to divide by.
    let deviations = statistics.deviation.map { $0 > 0 ? $0 : 1 }
    input.scale = deviations.map { Float(1 / (unit * $0)) }
    input.shift = zip(statistics.mean, deviations).map { Float(-$0 / $1) }
    return input
  }
}

/// Sums over the pixels of a set in whole numbers, so that their order does not matter.
struct PixelSums {
  struct ClassSums {
    var count = 0
    var perPixel: [UInt64]
    var squares: UInt64 = 0
  }

  private(set) var classes: [ClassSums]
  private var counts: [[Int]]

  init(_ set: ImageSet, _ indices: [Int]) throws(DataError) {
    if let index = indices.first(where: { $0 < 0 || $0 >= set.count }) {
      throw DataError("there is no picture \(index): the set has \(set.count)")
    }
    guard !indices.isEmpty else { throw DataError("there is no picture to look at") }
    let size = set.imageSize
    var classes = [ClassSums](
      repeating: ClassSums(perPixel: [UInt64](repeating: 0, count: size)), count: set.classes)
    // How often each byte occurs says all about mean and spread.
    var histograms = [[Int]](
      repeating: [Int](repeating: 0, count: 256), count: set.channels)
    for index in indices {
      let label = Int(set.labels[index])
      classes[label].count += 1
      set.image(index).withUnsafeBufferPointer { bytes in
        var squares: UInt64 = 0
        for place in 0..<size {
          let value = UInt64(bytes[place])
          classes[label].perPixel[place] += value
          squares += value * value
          histograms[set.channels == 1 ? 0 : place % set.channels][Int(value)] += 1
        }
        classes[label].squares += squares
      }
    }
    self.classes = classes
    counts = histograms
  }

  var statistics: PixelStatistics {
    var (means, deviations): ([Double], [Double]) = ([], [])
    for histogram in counts {
      var (count, sum, squares) = (0, 0, 0)
      for (value, times) in histogram.enumerated() {
        count += times
        sum += times * value
        squares += times * value * value
      }
      let mean = Double(sum) / Double(count)
      means.append(mean / 255)
      deviations.append(
        max(0, Double(squares) / Double(count) - mean * mean).squareRoot() / 255)
    }
    let used = (0..<256).filter { value in counts.contains { $0[value] > 0 } }
    return PixelStatistics(
      mean: means, deviation: deviations, least: UInt8(used.first ?? 0),
      most: UInt8(used.last ?? 0))
  }
}
