import DigitKit

/// A network to train: by name, from a JSON architecture file, or a trained one to go on from.
struct ModelChoice {
  var model: Model
  /// First values; nil: drawn from the seed.
  var parameters: Parameters?

  /// `name` is a network's name or a JSON file; with `start`, a model file, a run's folder or a model
  /// that ships, training goes on from there.
  init(_ name: String, start: String?, classes: Int) throws {
    if let start {
      self = try ModelChoice(from: start, classes: classes)
    } else if name.hasSuffix(".json") {
      model = try NetworkChoice.described(in: name)
    } else {
      model = try Zoo.model(name, classes: classes)
    }
  }

  /// Its loss as the flags ask for it, whatever a file says.
  mutating func changeLoss(_ asked: Invocation, _ training: TrainingData.Pictures) throws {
    let weights = try asked[TrainingFlags.classWeights].map {
      try $0.weights(of: training, for: model)
    }
    model = try model.changingLoss(
      smoothing: asked[TrainingFlags.smoothing].map { Float($0) }, classWeights: weights)
    guard weights != nil, let trained = parameters else { return }
    // Weights of classes lie among a network's numbers.
    let numbers = Parameters(for: model)
    try numbers.copy(from: trained)
    parameters = numbers
  }

  /// The model of a file or run, or one that ships; its last layer is made anew where the classes are others.
  private init(from start: String, classes: Int) throws {
    var file = try TrainedModel(start).file
    if file.model.outputCount != classes {
      file = try file.replacingHead(classes: (0..<classes).map(String.init))
    }
    model = file.model
    parameters = file.parameters
  }
}
