/// Pictures that a set has more than once, or that two sets share: what was trained on must not test.
public struct Duplicates: Sendable, Equatable, Codable {
  /// Pictures that are the same, or nearly. Of one set: indices into it, ascending.
  public struct Group: Sendable, Equatable, Codable {
    /// Of the first set.
    public var first: [Int]
    /// Of the second set; empty where there is only one.
    public var second: [Int]
    /// Whether their labels differ: one of them is wrong.
    public var labelsDiffer: Bool
  }

  /// Groups of two or more pictures, by their first.
  public var groups: [Group]

  /// How many pictures could go without losing anything: all of a group but one; between two sets, those of
  /// the second.
  public var surplus: Int {
    groups.reduce(0) { $0 + ($1.second.isEmpty ? $1.first.count - 1 : $1.second.count) }
  }

  /// Pictures of a set that are byte for byte the same.
  public static func exact(in set: ImageSet) -> Duplicates {
    groups(of: set, nil) { set, index in set.image(index).hashValueForGood }
  }

  /// Pictures of two sets that are byte for byte the same. Sets of other sizes share none.
  public static func exact(between first: ImageSet, and second: ImageSet) -> Duplicates {
    guard first.imageSize == second.imageSize, first.width == second.width else {
      return Duplicates(groups: [])
    }
    return groups(of: first, second) { set, index in set.image(index).hashValueForGood }
  }

  /// Groups by a key, then by the bytes themselves.
  private static func groups(
    of first: ImageSet, _ second: ImageSet?, _ key: (ImageSet, Int) -> UInt64
  ) -> Duplicates {
    let all = DuplicatePictures(first, second)
    var places: [UInt64: [Int]] = [:]
    for picture in 0..<all.count {
      let (set, index) = all[picture]
      places[key(set, index), default: []].append(picture)
    }
    var groups: [[Int]] = []
    for candidates in places.values where candidates.count > 1 {
      var rest = candidates
      while let one = rest.first {
        let same = rest.filter { all.bytes($0).elementsEqual(all.bytes(one)) }
        rest.removeAll { same.contains($0) }
        groups.append(same)
      }
    }
    return all.duplicates(groups)
  }
}

/// One set, or two behind each other.
struct DuplicatePictures {
  let first: ImageSet
  let second: ImageSet?

  init(_ first: ImageSet, _ second: ImageSet?) {
    self.first = first
    self.second = second
  }

  var count: Int { first.count + (second?.count ?? 0) }

  subscript(picture: Int) -> (set: ImageSet, index: Int) {
    if let second, picture >= first.count { return (second, picture - first.count) }
    return (first, picture)
  }

  func bytes(_ picture: Int) -> ArraySlice<UInt8> {
    let (set, index) = self[picture]
    return set.image(index)
  }

  /// Groups as they are told: those that count, in order.
  func duplicates(_ groups: [[Int]]) -> Duplicates {
    let told = groups.compactMap { members -> Duplicates.Group? in
      let members = members.sorted()
      let inFirst = members.filter { $0 < first.count }
      let inSecond = members.filter { $0 >= first.count }
      guard second == nil ? inFirst.count > 1 : !inFirst.isEmpty && !inSecond.isEmpty else {
        return nil
      }
      let labels = members.map { self[$0].set.labels[self[$0].index] }
      return Duplicates.Group(
        first: inFirst, second: inSecond.map { $0 - first.count },
        labelsDiffer: labels.contains { $0 != labels[0] })
    }
    return Duplicates(groups: told.sorted { $0.first[0] < $1.first[0] })
  }
}

extension ArraySlice<UInt8> {
  /// FNV-1a of eight bytes at a time: the standard library's hash has another value in every process.
  var hashValueForGood: UInt64 {
    withUnsafeBytes { bytes in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      var place = 0
      while place + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        hash = (hash ^ UInt64(littleEndian: word)) &* 0x100_0000_01B3
        hash ^= hash >> 29
        place += 8
      }
      for byte in bytes[place...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return hash
    }
  }
}
