import DigitKit

/// What examples speak of without making it.
enum Material {
  static func mnist() throws -> MNIST.Sets { try MNIST.load(from: "data/mnist") }

  static let names = (0...9).map(String.init)

  /// So many pictures that 10,000 can be set aside; small ones, which take no time.
  static func large() throws -> ImageSet {
    try ImageSet(
      pixels: (0..<10_100 * 16).map { UInt8(truncatingIfNeeded: $0) },
      labels: (0..<10_100).map { Int32($0 % 10) }, height: 4, width: 4)
  }

  /// A network that takes everything for a 3, so that there is much to doubt.
  static func predictor() throws -> Predictor {
    let model = try Zoo.model("softmax")
    let parameters = Parameters(for: model)
    let bias = parameters.table.last { $0.kind == .weight }
    try parameters.set(bias?.name ?? "", to: (0..<10).map { $0 == 3 ? 9 : 0 })
    return try Predictor(model, parameters: parameters)
  }

  /// A short run that leaves its folder.
  static func run(in folder: String) throws -> (result: TrainingResult, model: Model) {
    var configuration = TrainingConfiguration()
    configuration.budget.epochs = 1
    let training = try LabelledData(mnist().training, indices: Array(0..<500))
    let model = try Zoo.model("softmax")
    let log = RunLog(
      folder: folder,
      RunDescription(
        command: "", model: model, data: .init(name: "MNIST", training: 500, classes: names),
        configuration: configuration))
    let trainer = try Trainer(model, configuration, training: training, folder: folder)
    return (try trainer.run(log.callback), model)
  }
}

/// An example that came out otherwise than its document says.
struct Unexpected: Error, CustomStringConvertible {
  var what: String
  var description: String { "expected \(what)" }
}

func expect(_ isSo: Bool, _ what: String) throws {
  if !isSo { throw Unexpected(what: what) }
}
