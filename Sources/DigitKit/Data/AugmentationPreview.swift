/// Looking at what an augmentation does, before a network has to.
extension Augmentation {
  /// A contact sheet: each picture as it is, then as the first epochs of a run with this seed would change it, by the very
  /// kernel that trains. With mixup the shown pictures are the batch.
  public func preview(
    of set: ImageSet, indices: [Int] = Array(0..<5), epochs: Int = 9, seed: UInt64 = 1,
    scale: Int = 2
  ) throws -> Picture {
    let rows = try changed(set, indices, epochs: epochs, seed: seed)
    let captions = indices.flatMap { index in
      ["\(set.labels[index])"] + Array(repeating: "", count: epochs)
    }
    return try ContactSheet(columns: epochs + 1, scale: scale).draw(
      rows.flatMap { $0 }, captions: captions)
  }

  /// A contact sheet of every kind alone, each with a number that shows what it does: a row each, beginning with the picture
  /// as it is.
  public static func overview(
    of set: ImageSet, index: Int = 0, epochs: Int = 9, seed: UInt64 = 1, scale: Int = 2
  ) throws -> Picture {
    var pictures: [Picture] = []
    var captions: [String] = []
    for kind in Kind.allCases {
      let augmentation: Augmentation = [Change(kind, kind.example)]
      // Mixup needs others to mix with.
      let indices = kind == .mixup ? Array(index..<min(index + 8, set.count)) : [index]
      pictures += try augmentation.changed(set, indices, epochs: epochs, seed: seed)[0]
      captions += [augmentation.description] + Array(repeating: "", count: epochs)
    }
    return try ContactSheet(columns: epochs + 1, scale: scale).draw(pictures, captions: captions)
  }

  /// Row by row a picture and what the epochs make of it.
  private func changed(
    _ set: ImageSet, _ indices: [Int], epochs: Int, seed: UInt64
  ) throws -> [[Picture]] {
    try validate()
    guard (1...4).contains(set.channels), epochs >= 0, !indices.isEmpty,
      indices.allSatisfy((0..<set.count).contains)
    else {
      throw DataError(
        "a preview needs pictures of 1 to 4 channels and indices from 0 to \(set.count - 1), "
          + "found \(set.channels) channels and \(indices)")
    }
    let input = Input(set.height, set.width, channels: set.channels)
    try input.check()
    var rows = indices.map { [set.picture($0)] }
    for epoch in 0..<epochs {
      let bytes = try set.pixels.withUnsafeBytes {
        try Augmenting.pictures($0, indices, input, self, seed: seed, epoch: UInt32(epoch))
      }
      let epochSet = try ImageSet(
        pixels: bytes, labels: indices.map { set.labels[$0] }, height: set.height, width: set.width,
        channels: set.channels, classes: set.classes)
      for row in rows.indices { rows[row].append(epochSet.picture(row)) }
    }
    return rows
  }
}
