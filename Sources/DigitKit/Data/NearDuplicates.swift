extension Duplicates {
  /// Pictures that look nearly the same: the mean difference of their pixels, over the ink of the darker of
  /// the two, is at most `tolerance`. Also finds the exact ones. With two sets, what they share.
  ///
  /// Pictures are compared only with those whose signature agrees in one of its parts, and with at most
  /// `mostCompared` of these, so that the time grows with the number of pictures and not with its square.
  public static func near(
    in first: ImageSet, and second: ImageSet? = nil, tolerance: Double = 0.1,
    mostCompared: Int = 64
  ) throws(DataError) -> Duplicates {
    if let second, second.imageSize != first.imageSize || second.width != first.width {
      throw DataError(
        "pictures of \(first.height)x\(first.width) and \(second.height)x\(second.width) cannot be "
          + "compared; bring them into one size")
    }
    let all = DuplicatePictures(first, second)
    let signatures = (0..<all.count).map {
      PictureSignature(all.bytes($0), width: first.width, channels: first.channels)
    }
    var groups = UnionFind(all.count)
    for part in 0..<PictureSignature.parts {
      var places: [UInt64: [Int]] = [:]
      for picture in 0..<all.count {
        places[signatures[picture].part(part), default: []].append(picture)
      }
      for members in places.values where members.count > 1 {
        for (place, one) in members.enumerated() {
          for other in members[(place + 1)...].prefix(mostCompared)
          where signatures[one].isLike(signatures[other]) && !groups.areJoined(one, other) {
            if differ(all.bytes(one), all.bytes(other)) <= tolerance { groups.join(one, other) }
          }
        }
      }
    }
    return all.duplicates(groups.groups)
  }

  /// The sum of differences over the larger sum of pixels; 0 for two black pictures.
  static func differ(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Double {
    var (difference, mass, otherMass) = (0, 0, 0)
    one.withUnsafeBufferPointer { one in
      other.withUnsafeBufferPointer { other in
        for place in one.indices {
          difference += abs(Int(one[place]) - Int(other[place]))
          mass += Int(one[place])
          otherMass += Int(other[place])
        }
      }
    }
    return Double(difference) / Double(max(1, mass, otherMass))
  }
}

/// A picture in 64 bits: in an 8x8 grid, which cells are lighter than the middle one.
struct PictureSignature {
  /// Near duplicates differ in few bits, so that at least one of these parts is the same.
  static let parts = 4
  let bits: UInt64

  init(_ bytes: ArraySlice<UInt8>, width: Int, channels: Int) {
    var sums = [Int](repeating: 0, count: 64)
    let row = width * channels
    let height = bytes.count / row
    bytes.withUnsafeBufferPointer { bytes in
      for y in 0..<height {
        let line = y * 8 / height * 8
        for x in 0..<row { sums[line + x / channels * 8 / width] += Int(bytes[y * row + x]) }
      }
    }
    let middle = sums.reduce(0, +) / 64
    bits = sums.enumerated().reduce(0) { bits, cell in
      cell.element > middle ? bits | 1 << UInt64(cell.offset) : bits
    }
  }

  func part(_ number: Int) -> UInt64 { bits >> UInt64(16 * number) & 0xFFFF }

  func isLike(_ other: PictureSignature) -> Bool { (bits ^ other.bits).nonzeroBitCount <= 6 }
}

/// Which things belong together, joined pair by pair.
struct UnionFind {
  private var parents: [Int]

  init(_ count: Int) { parents = Array(0..<count) }

  private mutating func root(_ item: Int) -> Int {
    var item = item
    while parents[item] != item {
      parents[item] = parents[parents[item]]
      item = parents[item]
    }
    return item
  }

  mutating func join(_ one: Int, _ other: Int) {
    let (a, b) = (root(one), root(other))
    parents[max(a, b)] = min(a, b)
  }

  mutating func areJoined(_ one: Int, _ other: Int) -> Bool { root(one) == root(other) }

  /// Those of two or more, by their first member.
  var groups: [[Int]] {
    var copy = self
    var members: [Int: [Int]] = [:]
    for item in parents.indices { members[copy.root(item), default: []].append(item) }
    return members.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }
}
