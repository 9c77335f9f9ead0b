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
      model = try ModelChoice.described(in: name)
    } else {
      model = try ModelChoice.named(name, classes: classes, smoothing: smoothing)
    }
  }

  private static func named(_ name: String, classes: Int, smoothing: Double) throws -> Model {
    guard Zoo.names.contains(name) else {
      throw UsageError(
        message:
          "there is no network '\(name)'\(nearestMatch(name, in: Zoo.names)); digitctl model list "
          + "shows all, and a file of layers ends in .json")
    }
    return try Zoo.model(name, classes: classes, loss: .crossEntropy(smoothing: Float(smoothing)))
  }

  private static func described(in path: String) throws -> Model {
    do { return try Model(architecture: TextFile.read(path)) } catch let error as GraphError {
      throw InputError(message: "\(path): \(error)")
    }
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
