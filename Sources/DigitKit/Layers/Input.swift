/// The pictures a network reads, and how their numbers are standardised: `x * scale + shift`.
public struct Input: Sendable, Equatable {
  /// What one number of a picture is stored as.
  public enum Element: Sendable, Equatable {
    /// 0 to 255.
    case bytes
    /// 32 bits.
    case floats
  }

  /// The name of the array that has the pictures.
  public var name: String
  /// Rows that the network sees.
  public var height: Int
  /// Columns that the network sees.
  public var width: Int
  /// 1 to 4.
  public var channels: Int
  /// Rows in the data: others than `height` put the picture into the middle of zeros.
  public var sourceHeight: Int
  /// Columns in the data.
  public var sourceWidth: Int
  /// What a number is stored as.
  public var type: Element
  /// Per channel.
  public var scale: [Float]
  /// Per channel.
  public var shift: [Float]

  /// Pictures of `height` x `width` pixels. Bytes become numbers from 0 to 1 unless `scale` and
  /// `shift` say otherwise; both have one number per channel, or one for all. `source` is the size of
  /// the pictures in the data, if it is another: 28x28 within 32x32, say.
  public init(
    _ height: Int = 28, _ width: Int = 28, channels: Int = 1, name: String = "input",
    type: Element = .bytes, scale: [Float]? = nil, shift: [Float]? = nil, source: Extent? = nil
  ) {
    func each(_ values: [Float]?, _ usual: Float) -> [Float] {
      let values = values ?? [usual]
      return values.count == 1 ? Array(repeating: values[0], count: max(1, channels)) : values
    }
    self.name = name
    self.height = height
    self.width = width
    self.channels = channels
    self.type = type
    self.scale = each(scale, type == .bytes ? 1.0 / 255 : 1)
    self.shift = each(shift, 0)
    sourceHeight = source?.height ?? height
    sourceWidth = source?.width ?? width
  }

  /// Bytes standardised as `(x / 255 - mean) / deviation`, as PyTorch's `Normalize` does.
  public func standardised(mean: Float, deviation: Float) -> Input {
    var input = self
    let unit: Float = type == .bytes ? 1 / (255 * deviation) : 1 / deviation
    input.scale = Array(repeating: unit, count: channels)
    input.shift = Array(repeating: -mean / deviation, count: channels)
    return input
  }

  /// Whether pictures are laid into the middle of larger or smaller ones.
  var isResized: Bool { sourceHeight != height || sourceWidth != width }

  func check() throws {
    let sides = [height, width, sourceHeight, sourceWidth]
    guard (1...4).contains(channels), sides.allSatisfy({ (1...65_536).contains($0) }),
      height * width <= 1 << 26, sourceHeight * sourceWidth <= 1 << 26
    else {
      throw GraphError(
        layer: name, got: "\(height)x\(width)x\(channels)",
        needs: "sides from 1 and 1 to 4 channels",
        remedy: "give the size of one picture of the data")
    }
    guard scale.count == channels, shift.count == channels,
      (scale + shift).allSatisfy({ $0.isFinite })
    else {
      throw GraphError(
        layer: name, got: "\(scale.count) scales and \(shift.count) shifts",
        needs: "one finite number of each per channel, or one for all",
        remedy: "give \(channels)")
    }
    guard !isResized || type == .bytes else {
      throw GraphError(
        layer: name, got: "floats of another size", needs: "bytes to lay into the middle",
        remedy: "give pictures of \(height)x\(width), or bytes")
    }
  }
}
