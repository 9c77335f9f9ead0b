extension Picture {
  /// The part of `width` x `height` pixels whose first pixel is (left, top).
  public func cropped(left: Int, top: Int, width: Int, height: Int) throws(DataError) -> Picture {
    guard left >= 0, top >= 0, width > 0, height > 0, width <= self.width,
      height <= self.height, left <= self.width - width, top <= self.height - height
    else {
      throw DataError(
        "\(width)x\(height) pixels at (\(left), \(top)) are not within a picture of "
          + "\(self.width)x\(self.height)")
    }
    var result: [UInt8] = []
    result.reserveCapacity(width * height * channels)
    for y in top..<top + height {
      let first = (y * self.width + left) * channels
      result += bytes[first..<first + width * channels]
    }
    return Picture(width, height, channels, result)
  }

  /// The picture with so many pixels of one brightness around it.
  public func padded(
    left: Int, top: Int, right: Int, bottom: Int, with value: UInt8 = 0
  ) throws(DataError) -> Picture {
    let sides = [left, top, right, bottom]
    guard sides.allSatisfy({ (0..<1 << 24).contains($0) }),
      let count = ImageSet.product([width + left + right, height + top + bottom, channels]),
      count <= 3 * PictureLimits().pixels
    else { throw DataError("a picture of \(width)x\(height) cannot be padded by \(sides)") }
    var result = Picture(
      width + left + right, height + top + bottom, channels,
      [UInt8](repeating: value, count: count))
    result.paste(self, left: left, top: top)
    return result
  }

  /// Dark becomes light.
  public var inverted: Picture { Picture(width, height, channels, bytes.map { 255 - $0 }) }

  /// The picture in another size: made smaller, each pixel is the mean of the area it covers; made larger,
  /// a mixture of its neighbours. Plain arithmetic in a fixed order: the same bits everywhere.
  public func resized(width: Int, height: Int) throws(DataError) -> Picture {
    guard width > 0, height > 0, let count = ImageSet.product([width, height, channels]),
      count <= 3 * PictureLimits().pixels
    else { throw DataError("a picture of \(width)x\(height) cannot be made") }
    var result = [UInt8](repeating: 0, count: count)
    for channel in 0..<channels {
      let plane = Plane(self, channel: channel).resized(width: width, height: height)
      for (pixel, value) in plane.values.enumerated() {
        result[pixel * channels + channel] = UInt8(max(0, min(255, value.rounded())))
      }
    }
    return Picture(width, height, channels, result)
  }

  /// Grey, and halved, thirded, ... so that no side is longer than `side`.
  func reduced(toSide side: Int) -> Picture {
    let step = (max(width, height) + side - 1) / side
    guard step > 1 else { return grey }
    let (across, down) = (max(1, width / step), max(1, height / step))
    let (wide, high) = (min(step, width), min(step, height))
    // 299, 587 and 114 thousandths, as in `grey`.
    let weights = channels == 3 ? [299, 587, 114] : [1000]
    let result = [UInt8](unsafeUninitializedCapacity: across * down) { to, filled in
      bytes.withUnsafeBufferPointer { from in
        for y in 0..<down {
          for x in 0..<across {
            var sum = 0
            for row in 0..<high {
              let first = ((y * high + row) * width + x * wide) * channels
              for place in 0..<wide * channels {
                sum += Int(from[first + place]) * weights[channels == 3 ? place % 3 : 0]
              }
            }
            to[y * across + x] = UInt8((sum / (wide * high) + 500) / 1000)
          }
        }
      }
      filled = across * down
    }
    return Picture(across, down, 1, result)
  }
}
