/// Pictures side by side with captions, as one picture.
///
///     let sheet = try ContactSheet(columns: 10).draw(
///       (0..<50).map(set.picture), captions: (0..<50).map { "\(set.labels[$0])" })
///     try sheet.writePNG(to: "first.png")
public struct ContactSheet: Sendable {
  /// Pictures in a row; 0: as many as make the sheet about square.
  public var columns: Int
  /// Each dot of a picture becomes a square of so many.
  public var scale: Int
  /// Dots between pictures.
  public var gap = 4
  /// Behind the pictures.
  public var background: UInt8 = 224

  /// A sheet's form.
  public init(columns: Int = 0, scale: Int = 2) {
    self.columns = columns
    self.scale = scale
  }

  /// The sheet. Captions may be fewer than pictures, and of several lines.
  public func draw(_ pictures: [Picture], captions: [String] = []) throws(DataError) -> Picture {
    guard !pictures.isEmpty else { throw DataError("there is no picture to put on a sheet") }
    guard scale > 0, columns >= 0, gap >= 0, captions.count <= pictures.count else {
      throw DataError(
        "a sheet of \(pictures.count) pictures, \(captions.count) captions, \(columns) columns, "
          + "scale \(scale) and gap \(gap) cannot be")
    }
    let lines = captions.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let cell = try Cell(pictures, lines, scale)
    let across = columns > 0 ? min(columns, pictures.count) : cell.squareColumns(pictures.count)
    let down = (pictures.count + across - 1) / across
    let (width, height) = (across * (cell.width + gap) + gap, down * (cell.height + gap) + gap)
    let channels = pictures.map(\.channels).max() ?? 1
    guard let bytes = ImageSet.product([width, height, channels]),
      bytes <= 3 * PictureLimits().pixels
    else { throw DataError("a sheet of \(width)x\(height) is too large: show fewer pictures") }
    var sheet = Picture(
      width, height, channels, [UInt8](repeating: background, count: bytes))
    for (place, picture) in pictures.enumerated() {
      let left = gap + place % across * (cell.width + gap)
      let top = gap + place / across * (cell.height + gap)
      sheet.paste(
        picture, scale: scale, left: left + (cell.width - picture.width * scale) / 2, top: top)
      guard place < lines.count else { continue }
      for (number, line) in lines[place].enumerated() {
        sheet.write(
          line, left: left + (cell.width - PixelFont.advance * line.count) / 2,
          top: top + cell.pictureHeight + 2 + PixelFont.lineHeight * number)
      }
    }
    return sheet
  }

  /// Room for the largest picture and the longest caption.
  private struct Cell {
    var width: Int
    var height: Int
    var pictureHeight: Int

    init(_ pictures: [Picture], _ lines: [[Substring]], _ scale: Int) throws(DataError) {
      let sides = pictures.map { max($0.width, $0.height) }
      guard (sides.max() ?? 0).multipliedReportingOverflow(by: scale).0 < 1 << 20, scale < 1 << 20
      else { throw DataError("pictures enlarged \(scale) times are too large for a sheet") }
      let longest = lines.joined().map(\.count).max() ?? 0
      width = max(
        (pictures.map(\.width).max() ?? 0) * scale, PixelFont.advance * min(longest, 1 << 12))
      pictureHeight = (pictures.map(\.height).max() ?? 0) * scale
      let deepest = lines.map(\.count).max() ?? 0
      height = pictureHeight + (deepest > 0 ? 2 + PixelFont.lineHeight * deepest : 0)
    }

    func squareColumns(_ count: Int) -> Int {
      (1...count).first { $0 * width * $0 >= count * height } ?? count
    }
  }
}

extension Picture {
  /// Lays an enlarged picture over this one; what would lie outside is left out.
  mutating func paste(_ other: Picture, scale: Int = 1, left: Int, top: Int) {
    for y in max(0, top)..<max(max(0, top), min(height, top + other.height * scale)) {
      for x in max(0, left)..<max(max(0, left), min(width, left + other.width * scale)) {
        let from = ((y - top) / scale * other.width + (x - left) / scale) * other.channels
        for channel in 0..<channels {
          bytes[(y * width + x) * channels + channel] =
            other.bytes[from + min(channel, other.channels - 1)]
        }
      }
    }
  }

  /// Writes a line in black dots.
  mutating func write(_ line: Substring, left: Int, top: Int) {
    for (place, letter) in line.enumerated() {
      for (row, bits) in PixelFont.rows(letter).enumerated() {
        for column in 0..<5 where bits >> UInt8(4 - column) & 1 == 1 {
          let (x, y) = (left + PixelFont.advance * place + column, top + row)
          guard (0..<width).contains(x), (0..<height).contains(y) else { continue }
          for channel in 0..<channels { bytes[(y * width + x) * channels + channel] = 0 }
        }
      }
    }
  }
}
