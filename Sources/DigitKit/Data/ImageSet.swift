/// Labelled pictures. Bytes stay bytes: the plan turns those of a batch into numbers as it reads them.
public struct ImageSet: Sendable, Equatable {
  /// Rows of a picture.
  public let height: Int
  /// Columns of a picture.
  public let width: Int
  /// Values of a pixel.
  public let channels: Int
  /// `[image][y][x][channel]`.
  public let pixels: Pixels
  /// One per picture, 0 to `classes - 1`.
  public let labels: [Int32]
  /// How many different labels there may be.
  public let classes: Int

  /// How many pictures.
  public var count: Int { labels.count }
  /// Bytes of a picture.
  public var imageSize: Int { height * width * channels }

  /// Checks that sizes agree, that there is a picture, and that labels are in range. Without `classes`
  /// there are as many as the largest label asks for.
  public init(
    pixels: [UInt8], labels: [Int32], height: Int, width: Int, channels: Int = 1,
    classes: Int? = nil
  ) throws(DataError) {
    try self.init(
      pixels: Pixels(pixels), labels: labels, height: height, width: width, channels: channels,
      classes: classes)
  }

  /// The same, of bytes that may lie in a mapped file.
  public init(
    pixels: Pixels, labels: [Int32], height: Int, width: Int, channels: Int = 1,
    classes: Int? = nil
  ) throws(DataError) {
    guard height > 0, width > 0, channels > 0 else {
      throw DataError("pictures of \(height)x\(width)x\(channels) values cannot be")
    }
    guard !labels.isEmpty else { throw DataError("there is no picture: the data set is empty") }
    let size = ImageSet.product([labels.count, height, width, channels])
    guard size == pixels.count else {
      throw DataError(
        "\(labels.count) labels of \(height)x\(width)x\(channels) pictures need "
          + "\(size.map(String.init) ?? "too many") bytes, but there are \(pixels.count)")
    }
    let classes = classes ?? (labels.max().map { Int($0) + 1 } ?? 0)
    if let place = labels.firstIndex(where: { $0 < 0 || Int($0) >= classes }) {
      throw DataError(
        "label \(labels[place]) of picture \(place) is not in 0...\(classes - 1): "
          + "correct it, or give the number of classes")
    }
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.classes = classes
  }

  /// Several sets as one, in their order: of pictures of one form, with as many classes as the one with the most.
  public init(joining sets: [ImageSet]) throws(DataError) {
    guard let first = sets.first else { throw DataError("there is no set to join") }
    for other in sets.dropFirst() where other.form != first.form {
      throw DataError(
        "pictures of \(other.form) cannot join others of \(first.form): bring them into one size first"
      )
    }
    guard sets.count > 1 else {
      self = first
      return
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(sets.reduce(0) { $0 + $1.pixels.count })
    for set in sets { set.pixels.withUnsafeBytes { pixels.append(contentsOf: $0) } }
    try self.init(
      pixels: pixels, labels: sets.flatMap(\.labels), height: first.height,
      width: first.width, channels: first.channels, classes: sets.map(\.classes).max())
  }

  /// `28x28x1`
  private var form: String { "\(height)x\(width)x\(channels)" }

  /// The bytes of one picture. Its indices begin anywhere.
  public func image(_ index: Int) -> ArraySlice<UInt8> {
    pixels.slice(index * imageSize..<(index + 1) * imageSize)
  }

  /// The side of a square of so many pixels; nil where it is none.
  static func side(ofSquare pixels: Int) -> Int? {
    // Larger ones are no pictures, and their squares might not fit.
    guard pixels > 0, pixels < 1 << 40 else { return nil }
    let side = Int(Double(pixels).squareRoot().rounded())
    return side * side == pixels ? side : nil
  }

  /// The product, or nil where it does not fit.
  static func product(_ factors: [Int]) -> Int? {
    var total = 1
    for factor in factors {
      let (next, overflow) = total.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      total = next
    }
    return total
  }
}

/// Data that cannot be used: one line with what was found, where, and the remedy.
public struct DataError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public var message: String
  /// The same line.
  public var description: String { message }

  init(_ message: String) { self.message = message }
}
