/// A part of the work that is shared out among several processes: each picture is in exactly one.
struct Shard: Sendable {
  /// From 1.
  var number: Int
  var count: Int

  func holds(_ place: Int) -> Bool { place % count == number - 1 }

  /// `2/4`
  static let type = ValueType<Shard>(form: .special("a part such as 2/4")) { word in
    let numbers = word.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1],
      (1...1_000_000).contains(count), (1...count).contains(number)
    else { return nil }
    return Shard(number: number, count: count)
  }
}
