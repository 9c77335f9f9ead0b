extension ImageSet {
  /// One row of `classes` numbers for each picture: 1 at its label, 0 elsewhere. For losses that take numbers.
  ///
  ///     LabelledData(set, targets: ["labels": .numbers(set.oneHot)])
  public var oneHot: [Float] {
    var rows = [Float](repeating: 0, count: count * classes)
    for (picture, label) in labels.enumerated() { rows[picture * classes + Int(label)] = 1 }
    return rows
  }
}
