/// The order in which an epoch takes its pictures: a function of (seed, epoch) alone, so that a resumed run
/// goes on in the middle of an epoch, on any machine.
public struct Batches: Sendable, Equatable {
  private let pictures: Pictures
  /// Pictures of a batch.
  public let size: Int
  /// Whether a last batch of fewer pictures is left out.
  public let dropsLast: Bool

  private enum Pictures: Equatable {
    case listed([Int64])
    /// So many from the first on, which need no list.
    case counted(Int)
  }

  /// Indices into the data, as the C core takes them.
  public var order: [Int64] {
    switch pictures {
    case .listed(let order): order
    case .counted(let count): (0..<Int64(count)).map { $0 }
    }
  }

  /// How many pictures there are.
  public var pictureCount: Int {
    switch pictures {
    case .listed(let order): order.count
    case .counted(let count): count
    }
  }

  /// How many batches there are.
  public var count: Int {
    dropsLast ? pictureCount / size : (pictureCount + size - 1) / size
  }

  /// The indices of one batch.
  public subscript(batch: Int) -> ArraySlice<Int64> {
    let places = batch * size..<min((batch + 1) * size, pictureCount)
    switch pictures {
    case .listed(let order): return order[places]
    case .counted: return places.map(Int64.init)[...]
    }
  }

  /// `indices` in the order of (seed, epoch); unshuffled as they are.
  public init(
    of indices: [Int], size: Int, seed: UInt64, epoch: Int, shuffled: Bool = true,
    dropsLast: Bool = false
  ) throws(DataError) {
    try Batches.check(indices, size)
    var order = indices.map(Int64.init)
    if shuffled {
      var random = Batches.random(seed, epoch)
      random.shuffle(&order)
    }
    self.init(order: order, size: size, dropsLast: dropsLast)
  }

  /// As many pictures as `indices`, with every class as often as any other (to within one, in the
  /// epoch and in each batch): pictures of small classes come again, those of large ones take turns.
  public init(
    balanced indices: [Int], labels: [Int32], size: Int, seed: UInt64, epoch: Int,
    dropsLast: Bool = false
  ) throws(DataError) {
    try Batches.check(indices, size)
    if let index = indices.first(where: { !labels.indices.contains($0) }) {
      throw DataError("picture \(index) has no label: there are \(labels.count)")
    }
    let classes = Classes(labels, among: indices)
    var random = Batches.random(seed, epoch)
    var decks = classes.members.map { Deck($0) }
    var order: [Int64] = []
    order.reserveCapacity(indices.count)
    // One of each class in turn, the turn's own order drawn anew, so that no class always comes first.
    while order.count < indices.count {
      var turn = Array(decks.indices)
      random.shuffle(&turn)
      for place in turn.prefix(indices.count - order.count) {
        order.append(Int64(decks[place].draw(&random)))
      }
    }
    self.init(order: order, size: size, dropsLast: dropsLast)
  }

  /// The first `count` pictures in their order, in the memory of a batch.
  init(counting count: Int, size: Int, dropsLast: Bool = false) {
    pictures = .counted(count)
    self.size = size
    self.dropsLast = dropsLast
  }

  init(order: [Int64], size: Int, dropsLast: Bool) {
    pictures = .listed(order)
    self.size = size
    self.dropsLast = dropsLast
  }

  static func random(_ seed: UInt64, _ epoch: Int) -> RandomStream {
    RandomStream(
      Philox(
        seed: seed, step: UInt32(truncatingIfNeeded: epoch), stream: Philox.stream(.shuffle)))
  }

  static func check(_ indices: [Int], _ size: Int) throws(DataError) {
    guard !indices.isEmpty else { throw DataError("there is no picture to make batches of") }
    guard size > 0 else { throw DataError("a batch has at least 1 picture, not \(size)") }
    guard indices.count < 1 << 31 else {
      throw DataError("\(indices.count) pictures are more than an epoch can hold")
    }
  }
}

/// Cards that are shuffled again when all have been drawn.
private struct Deck {
  var cards: [Int]
  var drawn: Int

  init(_ cards: [Int]) {
    self.cards = cards
    drawn = cards.count
  }

  mutating func draw(_ random: inout RandomStream) -> Int {
    if drawn == cards.count {
      random.shuffle(&cards)
      drawn = 0
    }
    defer { drawn += 1 }
    return cards[drawn]
  }
}
