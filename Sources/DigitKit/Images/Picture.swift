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
        "a picture of \(width)x\(height) with \(channels) channels cannot have \(bytes.count) bytes")
    }
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
}
