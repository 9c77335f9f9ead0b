/// Data as one network reads them: checked against its input and its heads, so that nothing is wrong any
/// more when training begins.
struct ModelData: Sendable {
  /// The pictures, in the size that the network takes.
  let images: ImageSet
  /// Those that are meant.
  let indices: [Int]
  private let input: Input
  private let targets: [String: LabelledData.Targets]

  init(_ data: LabelledData, for model: Model) throws {
    guard model.inputs.count == 1, let input = model.inputs.first, input.type == .bytes else {
      throw DataError(
        "\(model.name) reads \(model.inputs.count == 1 ? "numbers" : "\(model.inputs.count) inputs"), "
          + "but a picture set gives one picture of bytes; use its plans and a Runner")
    }
    guard data.images.channels == input.channels else {
      throw DataError(
        "\(model.name) reads \(input.channels) channels, but the pictures have "
          + "\(data.images.channels)")
    }
    self.input = input
    images = try data.images.padded(height: input.sourceHeight, width: input.sourceWidth)
    indices = data.indices
    var targets: [String: LabelledData.Targets] = [:]
    for head in model.heads where head.loss != nil {
      targets[head.target] = try ModelData.targets(data, for: head, in: model)
    }
    for name in data.targets.keys.sorted() where targets[name] == nil {
      throw DataError(
        "no head of \(model.name) reads targets \"\(name)\"\(nearest(name, in: targets.keys.sorted()))"
      )
    }
    self.targets = targets
  }

  private static func targets(
    _ data: LabelledData, for head: Head, in model: Model
  ) throws -> LabelledData.Targets {
    let width = model.width(of: head)
    guard case .crossEntropy(_, _, let ignored) = head.loss else {
      let found = data.targets[head.target] ?? .numbers(data.images.labels.map(Float.init))
      guard case .numbers(let numbers) = found, numbers.count == width * data.images.count else {
        throw DataError(
          "head \"\(head.name)\" needs \(width) numbers for each picture: give them as "
            + "targets: [\"\(head.target)\": .numbers(...)]")
      }
      return found
    }
    let found = data.targets[head.target] ?? .labels(data.images.labels)
    guard case .labels(let labels) = found, labels.count == data.images.count else {
      throw DataError(
        "head \"\(head.name)\" needs one label for each picture: give them as "
          + "targets: [\"\(head.target)\": .labels(...)]")
    }
    for index in data.indices where labels[index] < 0 || Int(labels[index]) >= width {
      guard labels[index] == ignored else {
        throw DataError(
          "label \(labels[index]) of picture \(index) is not in 0...\(width - 1): head "
            + "\"\(head.name)\" of \(model.name) has \(width) classes")
      }
    }
    return found
  }

  /// The labels of a head with classes, of the pictures that are meant.
  func labels(of head: Head) -> [Int32] {
    guard case .labels(let labels) = targets[head.target] else { return [] }
    return indices.map { labels[$0] }
  }

  /// Lends the arrays to `body`. The pictures are not copied: a set is as large as everything else together.
  func withArrays<R>(_ body: ([String: DataArray]) throws -> R) rethrows -> R {
    var arrays: [String: DataArray] = [:]
    for (name, list) in targets {
      switch list {
      case .labels(let labels): arrays[name] = DataArray(labels: labels)
      case .numbers(let numbers):
        arrays[name] = DataArray(floats: numbers, valuesPerItem: numbers.count / images.count)
      }
    }
    return try images.pixels.withUnsafeBytes { bytes in
      arrays[input.name] = DataArray(
        bytes: bytes, valuesPerItem: images.imageSize, owner: Borrowed())
      return try body(arrays)
    }
  }

  /// Stands for memory that someone else keeps for long enough.
  private final class Borrowed {}
}

extension Model {
  /// Numbers that a head gives for one picture.
  func width(of head: Head) -> Int { graph.nodes[head.logits].shape.count }
}
