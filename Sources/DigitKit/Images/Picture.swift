/// A picture in memory, of bytes: grey, or red, green and blue.
public struct Picture: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 for grey, 3 for colour.
  public let channels: Int
  /// `[y][x][channel]`.
  public var bytes: [UInt8]

  /// Checks that the sizes agree.
  public init(width: Int, height: Int, channels: Int = 1, bytes: [UInt8]) throws(DataError) {
    guard width > 0, height > 0, channels == 1 || channels == 3,
      ImageSet.product([width, height, channels]) == bytes.count
    else {
      throw DataError(
        "a picture of \(width)x\(height) with \(channels) channels cannot have \(bytes.count) bytes"
      )
    }
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// Sizes that agree because of how they came about.
  init(_ width: Int, _ height: Int, _ channels: Int, _ bytes: [UInt8]) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// One colour all over, grey.
  public init(width: Int, height: Int, grey: UInt8) throws(DataError) {
    try self.init(
      width: width, height: height,
      bytes: Array(repeating: grey, count: max(0, ImageSet.product([width, height]) ?? 0)))
  }

  /// A pixel's first channel.
  public subscript(x: Int, y: Int) -> UInt8 {
    get { bytes[(y * width + x) * channels] }
    set { bytes[(y * width + x) * channels] = newValue }
  }

  /// Brightness alone: of colours the sum that television has used since 1982 (Rec. 601), rounded.
  public var grey: Picture {
    guard channels == 3 else { return self }
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count) { to, filled in
      bytes.withUnsafeBufferPointer { from in
        for pixel in 0..<count {
          let (red, green, blue) = (
            Int(from[3 * pixel]), Int(from[3 * pixel + 1]), Int(from[3 * pixel + 2])
          )
          to[pixel] = UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
        }
      }
      filled = count
    }
    return Picture(width, height, 1, result)
  }
}

extension ImageSet {
  /// One picture of a set, to look at. Of other than three channels the first is shown, as grey.
  public func picture(_ index: Int) -> Picture {
    let bytes = image(index)
    if channels == 1 || channels == 3 { return Picture(width, height, channels, Array(bytes)) }
    return Picture(
      width, height, 1,
      stride(from: bytes.startIndex, to: bytes.endIndex, by: channels).map { bytes[$0] })
  }
}
