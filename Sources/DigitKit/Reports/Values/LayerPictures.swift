/// What a convolution has learned or what it sees, as small pictures.
public struct LayerPictures: Codable, Sendable, Equatable {
  /// The layer's name.
  public var layer: String
  /// What the pictures are, in a sentence.
  public var text: String
  /// The pictures, in the order of the channels.
  public var pictures: [ReportPicture]

  /// Pictures of one layer at most.
  static let most = 32

  /// The filters of the first convolutions: one picture for each pair of channels, blue where a weight is
  /// negative, red where it is positive.
  public static func filters(
    of model: Model, _ parameters: Parameters, layers: Int = 2
  ) throws -> [LayerPictures] {
    let weights = model.parameters.filter { info in
      info.kind == .weight && info.shape.count == 4 && info.shape[2] * info.shape[3] > 1
    }
    return try weights.prefix(layers).map { info in
      let (height, width) = (info.shape[2], info.shape[3])
      let values = try parameters.values(of: info.name)
      let reach = values.reduce(Float(0)) { $1.isFinite ? max($0, abs($1)) : $0 }
      let count = info.shape[0] * info.shape[1]
      let pictures = try (0..<min(count, most)).map { place in
        let tile = values[place * height * width..<(place + 1) * height * width]
        return try ReportPicture(
          Picture(width, height, 3, tile.flatMap { Colours.ofSign($0, reach: reach) }))
      }
      return LayerPictures(
        layer: info.layer,
        text: "\(shown(pictures.count, of: count, "filter")) of \(width)x\(height): blue is "
          + "negative, red is positive, \(Numbers.brief(Double(reach))) the strongest weight.",
        pictures: pictures)
    }
  }

  /// What the first convolutions make of one picture of a set.
  public static func featureMaps(
    of model: Model, _ parameters: Parameters, _ images: ImageSet, index: Int, layers: Int = 2
  ) throws -> [LayerPictures] {
    let seen = model.layers.filter { $0.kind == "Conv2D" && $0.shape.pixels > 1 }.prefix(layers)
    guard !seen.isEmpty else { return [] }
    let data = try ModelData(LabelledData(images, indices: [index]), for: model)
    let plan = try model.plan(.predict(seen.map { .layer($0.name) }), batch: 1)
    let runner = try Runner(plan, parameters: parameters, threads: 1)
    try data.withArrays { arrays in
      _ = try runner.run(arrays, indices: [Int64(index)], phases: [.prepare, .compute])
    }
    return try seen.map { layer in
      try maps(layer, runner.result(layer.name, images: 1))
    }
  }

  /// Values come pixel behind pixel, channels innermost.
  private static func maps(
    _ layer: Model.LayerSummary, _ values: [Float]
  ) throws -> LayerPictures {
    let channels = layer.shape.channels
    let pictures = try (0..<min(channels, most)).map { channel in
      let map = stride(from: channel, to: values.count, by: channels).map { values[$0] }
      return try ReportPicture(
        Picture(layer.shape.width, layer.shape.height, 1, Colours.grey(map)))
    }
    return LayerPictures(
      layer: layer.name,
      text: "\(shown(pictures.count, of: channels, "map")) of "
        + "\(layer.shape.width)x\(layer.shape.height): white is the strongest answer of each.",
      pictures: pictures)
  }

  private static func shown(_ count: Int, of all: Int, _ what: String) -> String {
    if all == 1 { return "One \(what)" }
    return count == all ? "\(all) \(what)s" : "The first \(count) of \(grouped(all)) \(what)s"
  }
}

/// Numbers as colours.
enum Colours {
  /// From blue over almost white to red.
  static func ofSign(_ value: Float, reach: Float) -> [UInt8] {
    guard value.isFinite, reach > 0 else { return [244, 244, 241] }
    let part = min(1, abs(value) / reach)
    let full: [Float] = value < 0 ? [33, 94, 168] : [190, 52, 44]
    return zip([244, 244, 241] as [Float], full).map { UInt8($0 + ($1 - $0) * part) }
  }

  /// From the least, black, to the greatest, white; black all over where there is no difference.
  static func grey(_ values: [Float]) -> [UInt8] {
    let numbers = values.filter(\.isFinite)
    guard let low = numbers.min(), let high = numbers.max(), high > low else {
      return [UInt8](repeating: 0, count: values.count)
    }
    let range = high - low
    return values.map { value in
      guard value.isFinite, range.isFinite else { return 0 }
      return UInt8((255 * (value - low) / range).rounded())
    }
  }
}
