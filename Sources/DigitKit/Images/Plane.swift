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
    func rows(_ plane: Plane) -> Plane {
      var result = plane
      for y in 0..<plane.height {
        for x in 0..<plane.width {
          let (first, last) = (max(0, x - radius), min(plane.width - 1, x + radius))
          var sum: Float = 0
          for place in first...last { sum += plane[place, y] }
          result[x, y] = sum / Float(last - first + 1)
        }
      }
      return result
    }
    return rows(rows(self).transposed).transposed
  }

  /// The lightest within `radius` each way.
  func dilated(_ radius: Int) -> Plane {
    dilatedRows(radius).transposed.dilatedRows(radius).transposed
  }

  /// The darkest within `radius` each way.
  func eroded(_ radius: Int) -> Plane { negative.dilated(radius).negative }

  /// The lightest of windows of twice, four times, ... as many pixels, until one covers half of the window
  /// wanted: two of them cover it all.
  private func dilatedRows(_ radius: Int) -> Plane {
    var span = 1
    var widest = self
    while 2 * span <= radius + 1 {
      let before = widest
      for y in 0..<height {
        for x in 0..<width {
          widest[x, y] = max(before[x, y], before[min(width - 1, x + span), y])
        }
      }
      span *= 2
    }
    // Windows of `span` pixels to the right of their place: as many as reach from -radius to radius.
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        var best = self[x, y]
        var place = x - radius
        while place + span - 1 < x + radius {
          best = max(best, widest[max(0, min(width - 1, place)), y])
          place += span
        }
        best = max(best, widest[min(width - 1, x + radius - span + 1), y])
        result[x, y] = best
      }
    }
    return result
  }

  /// The value that a share of all pixels does not exceed, to within a quarter.
  func quantile(_ share: Float) -> Float { values.quantile(share) }
}

extension [Float] {
  /// Of values from 0 to 1024, by counting: sorting a photograph would take longer than all else.
  func quantile(_ share: Float) -> Float {
    var counts = [Int](repeating: 0, count: 4096)
    for value in self { counts[Swift.max(0, Swift.min(4095, Int(value * 4)))] += 1 }
    var left = Int(share * Float(count))
    for (bin, number) in counts.enumerated() {
      left -= number
      if left < 0 { return Float(bin) / 4 }
    }
    return isEmpty ? 0 : 1024
  }
}
