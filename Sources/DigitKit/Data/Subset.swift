/// Some pictures of each class: to try things quickly, or to learn from few.
public enum Subset {
  /// So many of each class, drawn by seed, ascending. A larger subset of the same seed contains a smaller one.
  public static func perClass(
    _ number: Int, labels: [Int32], among indices: [Int]? = nil, seed: UInt64
  ) throws(DataError) -> [Int] {
    let classes = try classes(labels, indices)
    guard number > 0 else {
      throw DataError("a subset has at least 1 of each class, not \(number)")
    }
    for (label, members) in zip(classes.labels, classes.members) where members.count < number {
      throw DataError("class \(label) has only \(members.count) pictures, not \(number)")
    }
    return zip(classes.members, classes.labels)
      .flatMap { Split.shuffled($0, label: $1, seed).prefix(number) }.sorted()
  }

  /// As many of each class as the smallest one has.
  public static func balanced(
    labels: [Int32], among indices: [Int]? = nil, seed: UInt64
  ) throws(DataError) -> [Int] {
    let smallest = try classes(labels, indices).members.map(\.count).min() ?? 0
    return try perClass(smallest, labels: labels, among: indices, seed: seed)
  }

  private static func classes(_ labels: [Int32], _ indices: [Int]?) throws(DataError) -> Classes {
    if let index = indices?.first(where: { !labels.indices.contains($0) }) {
      throw DataError("picture \(index) has no label: there are \(labels.count)")
    }
    guard !labels.isEmpty, indices?.isEmpty != true else {
      throw DataError("there is no picture to take a subset of")
    }
    return Classes(labels, among: indices)
  }
}
