/// What one image is at some point of a network: pixels of channels, or, once flattened, a row of
/// numbers. Written `28x28x1` or `1600`.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
  /// Rows of pixels.
  public var height: Int
  /// Columns of pixels.
  public var width: Int
  /// Numbers per pixel.
  public var channels: Int
  /// Whether it is a row of numbers; a flattened picture still knows the pixels it came from.
  public var isFlat: Bool
  /// Numbers per pixel in memory, where channels are padded; a picture as it came in is not.
  var stored: Int

  /// A picture inside the network.
  public static func image(_ height: Int, _ width: Int, _ channels: Int) -> Shape {
    Shape(
      height: height, width: width, channels: channels, isFlat: false,
      stored: storedChannels(channels))
  }

  /// A row of numbers.
  public static func flat(_ count: Int) -> Shape {
    Shape(height: 1, width: 1, channels: count, isFlat: true, stored: storedChannels(count))
  }

  /// A picture as it comes from the data: unpadded.
  static func raw(_ height: Int, _ width: Int, _ channels: Int) -> Shape {
    Shape(height: height, width: width, channels: channels, isFlat: false, stored: channels)
  }

  /// The same numbers as one row.
  var flattened: Shape {
    var flat = self
    flat.isFlat = true
    return flat
  }

  /// Pixels of an image.
  public var pixels: Int { height * width }
  /// Numbers of an image.
  public var count: Int { pixels * channels }
  /// Numbers of an image in memory.
  var storedCount: Int { pixels * stored }
  /// Whether it lies in memory as the data has it, without padding.
  var isRaw: Bool { stored != Shape.storedChannels(channels) }

  /// `28x28x1`, or `1600`.
  public var description: String { isFlat ? "\(count)" : "\(height)x\(width)x\(channels)" }

  /// How a message names it: a flattened picture with the pixels it came from.
  var inWords: String {
    isFlat && pixels > 1
      ? "\(count) values (\(height)x\(width)x\(channels), flattened)"
      : isFlat
        ? "\(count) values" : description
  }

  /// What a row of `channels` takes in memory: a rule of the format, the same on every machine.
  static func storedChannels(_ channels: Int) -> Int {
    channels <= 8 ? 8 : (channels + 15) / 16 * 16
  }
}
