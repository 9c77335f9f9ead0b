/// Pictures, which of them are meant, and what each head of a network learns from them.
///
///     let split = try Split(stratified: all.labels, validation: 5_000, seed: 1)
///     let training = try LabelledData(all, indices: split.training)
public struct LabelledData: Sendable {
  /// What a head is to give for each picture of the set.
  public enum Targets: Sendable, Equatable {
    /// Classes.
    case labels([Int32])
    /// Numbers, so many for each picture.
    case numbers([Float])
  }

  /// All pictures.
  public let images: ImageSet
  /// Those that are meant.
  public let indices: [Int]
  /// By the name of the array that a head reads. A head that is not named here learns the set's labels:
  /// as classes, or as numbers where its loss is a distance.
  public let targets: [String: Targets]

  /// How many pictures are meant.
  public var count: Int { indices.count }

  /// The pictures `indices` of a set, or all of them. Both parts of a split share one set's memory.
  public init(
    _ images: ImageSet, indices: [Int]? = nil, targets: [String: Targets] = [:]
  ) throws(DataError) {
    let indices = indices ?? Array(0..<images.count)
    guard !indices.isEmpty else { throw DataError("no picture is meant: the list is empty") }
    if let index = indices.first(where: { $0 < 0 || $0 >= images.count }) {
      throw DataError("there is no picture \(index): the set has \(images.count)")
    }
    for (name, list) in targets {
      guard list.count > 0, list.count % images.count == 0 else {
        throw DataError(
          "targets \"\(name)\": \(list.count) do not go into \(images.count) pictures")
      }
    }
    self.images = images
    self.indices = indices
    self.targets = targets
  }
}

extension LabelledData.Targets {
  var count: Int {
    switch self {
    case .labels(let labels): labels.count
    case .numbers(let numbers): numbers.count
    }
  }
}

extension ImageSet {
  /// The same pictures in the middle of black ones of another size, at least as large.
  public func padded(height: Int, width: Int) throws(DataError) -> ImageSet {
    if height == self.height, width == self.width { return self }
    guard height >= self.height, width >= self.width,
      let bytes = ImageSet.product([count, height, width, channels])
    else {
      throw DataError(
        "pictures of \(self.height)x\(self.width) cannot be laid into \(height)x\(width): "
          + "shrink them first (digitctl does with --size \(height)x\(width), or --prepare where they are photos), or build "
          + "the network for their size")
    }
    let top = (height - self.height) / 2
    let left = (width - self.width) / 2 * channels
    let row = self.width * channels
    let wide = width * channels
    let padded = [UInt8](unsafeUninitializedCapacity: bytes) { to, filled in
      to.initialize(repeating: 0)
      filled = bytes
      pixels.withUnsafeBufferPointer { from in
        for line in 0..<count * self.height {
          let (image, y) = line.quotientAndRemainder(dividingBy: self.height)
          let place = (image * height + top + y) * wide + left
          _ = to[place..<place + row].update(from: from[line * row..<(line + 1) * row])
        }
      }
    }
    return try ImageSet(
      pixels: padded, labels: labels, height: height, width: width, channels: channels,
      classes: classes)
  }
}
