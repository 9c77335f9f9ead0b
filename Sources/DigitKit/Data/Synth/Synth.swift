import Dispatch

/// Digits that DigitKit draws itself: endless, and the same for a seed on any machine.
///
///     let digits = try Synth(seed: 1).images(count: 60_000)
///
/// A picture is a function of the seed and its number alone. Every ten in a row, from a multiple of ten, hold each
/// digit once. Pictures have MNIST's form: light on black, the ink fitted into 20x20 and centred by mass in 28x28.
public struct Synth: Sendable, Equatable {
  /// Other seeds draw other digits.
  public let seed: UInt64
  /// What kinds of digits.
  public let style: Style
  /// Rows and columns of a picture.
  public let side: Int

  public init(seed: UInt64 = 1, style: Style = .handwriting, side: Int = 28) throws(DataError) {
    try style.check()
    guard (12...256).contains(side) else {
      throw DataError("a drawn digit has 12 to 256 rows and columns, not \(side)")
    }
    self.seed = seed
    self.style = style
    self.side = side
  }

  public func label(_ index: Int) -> Int {
    var random = stream(layer: 0, item: index / 10)
    var order = Array(0..<10)
    random.shuffle(&order)
    return order[index % 10]
  }

  /// The numbers of one picture.
  func stream(layer: UInt32, item: Int) -> RandomStream {
    let item = UInt64(item)
    return RandomStream(
      Philox(
        seed: seed, step: UInt32(truncatingIfNeeded: item >> 32),
        stream: Philox.stream(.synth, layer: layer), item: UInt32(truncatingIfNeeded: item)))
  }

  func bytes(_ index: Int) -> [UInt8] { bytes(digit: label(index), index) }

  func bytes(digit: Int, _ index: Int) -> [UInt8] {
    var random = stream(layer: 1, item: index)
    return drawHand(digit, &random).map { UInt8($0 * 255 + 0.5) }
  }

  private func drawHand(_ digit: Int, _ random: inout RandomStream) -> [Float] {
    let variant = HandVariant.byDigit[digit][random.pick(HandVariant.weights[digit])]
    let form = DigitForm(side: side)
    let pen = Pen(height: form.box, &random)
    let lines = Hand().write(variant, spacing: 1.3 / form.box, &random)
    let strokes = pen.ink(form.fitted(lines, radius: pen.radius), &random)
    var canvas = InkCanvas(width: side, height: side)
    for stroke in strokes { canvas.draw(stroke) }
    let effects = Ink()
    if random.chance(0.3) { canvas.roughen(0.6 * random.unit(), &random) }
    var ink = canvas.coverage(softness: effects.softness(&random))
    effects.spoil(&ink, side: side, &random)
    return form.centred(ink)
  }

  public func images(count: Int, from first: Int = 0, threads: Int = 0) throws(DataError) -> ImageSet {
    let size = side * side
    let workers = max(1, threads)
    var labels = [Int32](repeating: 0, count: count)
    for place in 0..<count { labels[place] = Int32(label(first + place)) }
    let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
      nonisolated(unsafe) let base = buffer.baseAddress
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for place in worker * count / workers..<(worker + 1) * count / workers {
          let picture = bytes(first + place)
          picture.withUnsafeBufferPointer { base?.advanced(by: place * size).initialize(from: $0.baseAddress!, count: size) }
        }
      }
      filled = count * size
    }
    return try ImageSet(pixels: pixels, labels: labels, height: side, width: side, classes: 10)
  }
}

extension Synth {
  public struct Style: Sendable, Equatable, Codable {
    public var handwriting: Float = 1
    public static let handwriting = Style()
    func check() throws(DataError) {}
  }
}
