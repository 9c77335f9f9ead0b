#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A small picture that travels within a report, as a PNG file.
public struct ReportPicture: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The file.
  public let png: [UInt8]

  /// Sides beyond this are shrunk: a page shows many.
  static let largest = 64

  /// A picture, shrunk to what a page has room for.
  public init(_ picture: Picture) throws(FileError) {
    let small = picture.fitting(ReportPicture.largest)
    width = small.width
    height = small.height
    png = try small.png()
  }

  /// The file as the address of an image in a page.
  var address: String { "data:image/png;base64," + base64 }

  private var base64: String { Data(png).base64EncodedString() }
}

extension ReportPicture: Codable {
  private enum Key: String, CodingKey { case width, height, png }

  /// The file is in base 64.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    width = try container.decode(Int.self, forKey: .width)
    height = try container.decode(Int.self, forKey: .height)
    let text = try container.decode(String.self, forKey: .png)
    guard let data = Data(base64Encoded: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .png, in: container, debugDescription: "a picture is not in base 64")
    }
    png = [UInt8](data)
  }

  /// The file is in base 64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(width, forKey: .width)
    try container.encode(height, forKey: .height)
    try container.encode(base64, forKey: .png)
  }
}

extension Picture {
  /// No side longer than `side`: squares of dots become their mean.
  fileprivate func fitting(_ side: Int) -> Picture {
    let factor = (max(width, height) + side - 1) / side
    guard factor > 1 else { return self }
    let (w, h) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
    var small = [UInt8](repeating: 0, count: w * h * channels)
    for y in 0..<h {
      for x in 0..<w {
        for channel in 0..<channels {
          small[(y * w + x) * channels + channel] = mean(x * factor, y * factor, factor, channel)
        }
      }
    }
    return Picture(w, h, channels, small)
  }

  private func mean(_ left: Int, _ top: Int, _ side: Int, _ channel: Int) -> UInt8 {
    var sum = 0
    var count = 0
    for y in top..<min(height, top + side) {
      for x in left..<min(width, left + side) {
        sum += Int(bytes[(y * width + x) * channels + channel])
        count += 1
      }
    }
    return UInt8(clamping: (sum + count / 2) / max(1, count))
  }
}
