import DigitKit

/// A network to train: by name, from a JSON architecture file, or a trained one to go on from.
struct ModelChoice {
  var model: Model
  /// First values; nil: drawn from the seed.
  var parameters: Parameters?

  /// `name` is a network's name or a JSON file; with `start`, a model file or a run folder, training goes
  /// on from there.
  init(_ name: String, start: String?, classes: Int, smoothing: Double) throws {
    if let start {
      self = try ModelChoice(from: start, classes: classes)
    } else if name.hasSuffix(".json") {
      model = try NetworkChoice.described(in: name)
    } else {
      model = try ModelChoice.named(name, classes: classes, smoothing: smoothing)
    }
  }

  private static func named(_ name: String, classes: Int, smoothing: Double) throws -> Model {
    // Says what is near where there is none of this name.
    _ = try NetworkChoice(name)
    return try Zoo.model(name, classes: classes, loss: .crossEntropy(smoothing: Float(smoothing)))
  }

  /// The model of a file or run; its last layer is made anew where the classes are others.
  private init(from start: String, classes: Int) throws {
    var file = try ModelFile(path: RunFolder.model(of: start))
    if file.model.outputCount != classes {
      file = try file.replacingHead(classes: (0..<classes).map(String.init))
    }
    model = file.model
    parameters = file.parameters
  }
}
