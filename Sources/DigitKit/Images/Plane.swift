/// A picture of one channel as numbers, for what cannot be done in bytes.
struct Plane: Equatable {
  var width: Int
  var height: Int
  /// `[y][x]`
  var values: [Float]

  init(width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// One channel of a picture, 0 to 255.
  init(_ picture: Picture, channel: Int = 0) {
    self.init(
      width: picture.width, height: picture.height,
      values: stride(from: channel, to: picture.bytes.count, by: picture.channels).map {
        Float(picture.bytes[$0])
      })
  }

  subscript(x: Int, y: Int) -> Float {
    get { values[y * width + x] }
    set { values[y * width + x] = newValue }
  }

  /// As a grey picture; what is beyond 0 to 255 is cut off.
  var picture: Picture {
    Picture(width, height, 1, values.map { UInt8(max(0, min(255, $0.rounded()))) })
  }

  var transposed: Plane {
    var result = Plane(
      width: height, height: width, values: [Float](repeating: 0, count: values.count))
    for y in 0..<height {
      for x in 0..<width { result.values[x * height + y] = values[y * width + x] }
    }
    return result
  }

  /// By area made smaller, by mixing neighbours made larger.
  func resized(width: Int, height: Int) -> Plane {
    resizedRows(to: width).transposed.resizedRows(to: height).transposed
  }

  private func resizedRows(to wide: Int) -> Plane {
    if wide == width { return self }
    let taps = (0..<wide).map { Tap($0, of: wide, over: width) }
    var result = Plane(
      width: wide, height: height, values: [Float](repeating: 0, count: wide * height))
    for y in 0..<height {
      for (x, tap) in taps.enumerated() {
        var sum: Float = 0
        for (place, weight) in tap.weights.enumerated() {
          sum += weight * values[y * width + tap.first + place]
        }
        result.values[y * wide + x] = sum
      }
    }
    return result
  }

  /// The pixels that one pixel of another size is made of.
  private struct Tap {
    var first: Int
    var weights: [Float]

    init(_ place: Int, of wide: Int, over width: Int) {
      let ratio = Float(width) / Float(wide)
      guard ratio > 1 else {
        let centre = max(0, min(Float(width - 1), (Float(place) + 0.5) * ratio - 0.5))
        first = min(Int(centre), max(0, width - 2))
        let part = centre - Float(first)
        weights = width > 1 ? [1 - part, part] : [1]
        return
      }
      let (start, end) = (Float(place) * ratio, Float(place + 1) * ratio)
      first = min(Int(start), width - 1)
      let last = max(first, min(width - 1, Int(end.rounded(.up)) - 1))
      let covered = (first...last).map { min(end, Float($0 + 1)) - max(start, Float($0)) }
      let total = covered.reduce(0, +)
      weights = covered.map { $0 / total }
    }
  }

  /// The mean of `2 radius + 1` pixels each way; beyond the edges there is nothing.
  func blurred(_ radius: Int) -> Plane {
    guard radius > 0 else { return self }
    return blurredRows(radius).transposed.blurredRows(radius).transposed
  }

  private func blurredRows(_ radius: Int) -> Plane {
    filteredRows(radius) { $0.reduce(0, +) / Float($0.count) }
  }

  /// The lightest within `radius` each way.
  func dilated(_ radius: Int) -> Plane {
    extreme(radius, max)
  }

  /// The darkest within `radius` each way.
  func eroded(_ radius: Int) -> Plane {
    extreme(radius, min)
  }

  private func extreme(_ radius: Int, _ better: (Float, Float) -> Float) -> Plane {
    func rows(_ plane: Plane) -> Plane {
      plane.filteredRows(radius) { part in
        var best = part[part.startIndex]
        for value in part { best = better(best, value) }
        return best
      }
    }
    return rows(rows(self).transposed).transposed
  }

  private func filteredRows(_ radius: Int, _ filter: (ArraySlice<Float>) -> Float) -> Plane {
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        let (first, last) = (max(0, x - radius), min(width - 1, x + radius))
        result.values[y * width + x] = filter(values[y * width + first...y * width + last])
      }
    }
    return result
  }

  /// The value that a share of all pixels does not exceed.
  func quantile(_ share: Float) -> Float {
    let sorted = values.sorted()
    return sorted[max(0, min(sorted.count - 1, Int(share * Float(sorted.count))))]
  }
}
