import Dispatch
import Synchronization

/// Digits that DigitKit draws itself: endless, and the same for a seed on any machine and any number of threads.
///
///     let digits = try Synth(seed: 1).images(count: 60_000)
///
/// A picture is a function of seed, style, side and its number alone. Every ten in a row, from a multiple of ten,
/// hold each digit once. Pictures have MNIST's form: light on black, the ink fitted into 20x20 and centred by mass
/// in 28x28.
public struct Synth: Sendable, Equatable {
  /// Other seeds draw other digits.
  public let seed: UInt64
  /// What kinds of digits.
  public let style: Style
  /// Rows and columns of a picture.
  public let side: Int

  /// Checks the style and that pictures have 12 to 256 rows and columns.
  public init(
    seed: UInt64 = 1, style: Style = .handwriting, side: Int = 28
  ) throws(DataError) {
    try style.check()
    guard (12...256).contains(side) else {
      throw DataError("a drawn digit has 12 to 256 rows and columns, not \(side)")
    }
    self.seed = seed
    self.style = style
    self.side = side
  }

  /// What digit a picture shows. Numbers count from 0.
  public func label(_ number: Int) throws(DataError) -> Int {
    try Synth.check(number)
    return order(ofTurn: number / 10)[number % 10]
  }

  /// A picture, or that of another digit in its place.
  public func picture(_ number: Int, digit: Int? = nil) throws(DataError) -> Picture {
    let drawn = try label(number)
    guard (0...9).contains(digit ?? drawn) else {
      throw DataError("there is no digit \(digit ?? drawn): they are 0 to 9")
    }
    return Picture(side, side, 1, bytes(digit: digit ?? drawn, number))
  }

  /// The pictures from number `first` on, `threads` at a time; 0: as many as there are cores.
  public func images(
    count: Int, from first: Int = 0, threads: Int = 0
  ) throws(DataError) -> ImageSet {
    guard count > 0 else {
      throw DataError("\(count) digits cannot be drawn: ask for 1 or more")
    }
    guard let size = ImageSet.product([count, side, side]), size <= 1 << 34 else {
      throw DataError(
        "\(count) digits of \(side)x\(side) are more than 16 GB: draw them in parts, by count and from"
      )
    }
    try Synth.check(first)
    let numbers = first..<first + count
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      // Each picture has a place of its own.
      nonisolated(unsafe) let places = buffer
      draw(numbers, threads: threads) { number, picture in
        let start = (number - first) * picture.count
        _ = places[start..<start + picture.count].initialize(fromContentsOf: picture)
      }
      filled = size
    }
    return try ImageSet(
      pixels: pixels, labels: labels(numbers), height: side, width: side, classes: 10)
  }

  /// Draws the pictures of these numbers, `threads` at a time; each is received once, on any of the threads.
  func draw(
    _ numbers: some RandomAccessCollection<Int> & Sendable, threads: Int,
    _ receive: @Sendable (_ number: Int, _ picture: [UInt8]) -> Void
  ) {
    let count = numbers.count
    let workers = min(count, threads > 0 ? threads : Engine.defaultThreads)
    // Handed out a few at a time: a thread may have lost its core to another's work.
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let first = next.add(Synth.share, ordering: .relaxed).oldValue
        guard first < count else { return }
        for place in first..<min(first + Synth.share, count) {
          let number = numbers[numbers.index(numbers.startIndex, offsetBy: place)]
          receive(number, bytes(digit: order(ofTurn: number / 10)[number % 10], number))
        }
      }
    }
  }

  /// Pictures that a thread takes at a time: half a millisecond of work.
  private static let share = 16

  /// What digits these pictures show.
  func labels(_ numbers: some Collection<Int>) -> [Int32] {
    var labels: [Int32] = []
    labels.reserveCapacity(numbers.count)
    var (turn, order) = (-1, [Int]())
    for number in numbers {
      if number / 10 != turn {
        turn = number / 10
        order = self.order(ofTurn: turn)
      }
      labels.append(Int32(order[number % 10]))
    }
    return labels
  }

  /// The order of the ten digits in a turn.
  private func order(ofTurn turn: Int) -> [Int] {
    var random = Synth.stream(.labels, turn, seed: seed)
    var order = Array(0..<10)
    random.shuffle(&order)
    return order
  }

  private func bytes(digit: Int, _ number: Int) -> [UInt8] {
    var random = Synth.stream(.digits, number, seed: seed)
    let form = DigitForm(side: side)
    let writer = Writer(style, height: Float(form.box), &random)
    var canvas = InkCanvas(width: side, height: side)
    for stroke in form.fitted(writer.strokes(digit, &random)) { canvas.draw(stroke) }
    let effects = Ink(amount: style.noise)
    var ink = effects.dry(canvas, &random)
    effects.speckle(&ink, &random)
    return form.centred(ink).map { UInt8($0 * 255 + 0.5) }
  }
}

extension Synth {
  /// What numbers are drawn for: no two uses share any.
  enum Use: UInt32 {
    case labels = 1
    case digits = 2
    case strings = 3
  }

  /// The random numbers of one item.
  static func stream(_ use: Use, _ item: Int, seed: UInt64) -> RandomStream {
    let item = UInt64(item)
    return RandomStream(
      Philox(
        seed: seed, step: UInt32(item >> 32),
        stream: Philox.stream(.synth, layer: use.rawValue),
        item: UInt32(truncatingIfNeeded: item)))
  }

  /// Numbers that can be counted on from: 2 to the power of 62 pictures take longer than anyone has.
  static func check(_ number: Int) throws(DataError) {
    guard (0..<1 << 62).contains(number) else {
      throw DataError("drawn digits are numbered from 0, there is no number \(number)")
    }
  }
}
