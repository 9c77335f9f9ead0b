import DigitKit

/// One of the accounts' own experiments, as they tell it: network, optimiser, batch, passes.
struct Experiment: Sendable {
  /// The name of the experiment; that of the network in the zoo, too, unless `network` is given.
  var name: String
  /// The network, where it is not the experiment's name.
  var network: String?
  /// What the account says it reaches, in percent.
  var claim: Double?
  /// How it trains, in a few words.
  var summary: String
  /// Pictures of the training set that are set aside; 0: none.
  var validation = 0
  /// So many digits drawn by `Synth`, others for each seed, are the training set: MNIST's is not used.
  var drawn: Int?
  /// Everything else.
  var configuration: TrainingConfiguration
  /// Values that are tried for one pass and chosen by validation, before the seeds are run.
  var choices: [Optimiser] = []

  static let all = [lenet5, lenet5Dropout, kerasCNN, pytorchCNN, conv3, vgg16] + drawnDigits

  private static func with(
    batch: Int, passes: Int, _ optimiser: Optimiser = .adam()
  ) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.batchSize = batch
    configuration.budget = Budget(epochs: passes)
    configuration.optimiser = optimiser
    return configuration
  }

  static let lenet5 = Experiment(
    name: "lenet5", summary: "Adam, batch 128, 5 passes over 50,000 pictures, 10,000 set aside",
    validation: 10_000, configuration: with(batch: 128, passes: 5))

  static let lenet5Dropout = Experiment(
    name: "lenet5-dropout", claim: 98.33, summary: "Adam, batch 128, 10 passes",
    validation: 0, configuration: with(batch: 128, passes: 10))

  static let kerasCNN = Experiment(
    name: "keras-cnn", claim: 98.51, summary: "Adam, batch 64, 10 passes",
    validation: 0, configuration: with(batch: 64, passes: 10))

  static let pytorchCNN: Experiment = {
    var configuration = with(batch: 64, passes: 20)
    configuration.earlyStopping = EarlyStopping(patience: 3)
    return Experiment(
      name: "pytorch-cnn",
      summary:
        "Adam, batch 64, at most 20 passes over 54,000 pictures, ended by the loss of 6,000 others "
        + "(patience 3), the best brought back",
      validation: 6_000, configuration: configuration)
  }()

  static let conv3 = Experiment(
    name: "conv3", claim: 97.7,
    summary:
      "SGD, batch 64, 5 passes over 54,000 pictures, rate and momentum chosen by 6,000 others",
    validation: 6_000, configuration: with(batch: 64, passes: 5),
    choices: [
      .momentum(rate: 0.01), .momentum(rate: 0.03), .sgd(rate: 0.1), .momentum(rate: 0.003, 0.95),
    ])

  static let vgg16 = Experiment(
    name: "vgg16",
    summary: "SGD with momentum 0.9, rate 0.01, batch 64, 3 passes, pictures in 32x32",
    validation: 0, configuration: with(batch: 64, passes: 3, .momentum(rate: 0.01)))

  /// Networks that never saw a real digit before they are tested.
  static let drawnDigits = [
    onDrawnDigits("synth", "keras-cnn", 300_000, passes: 3),
    onDrawnDigits("synth-lenet5", "lenet5", 300_000, passes: 3),
  ]

  private static func onDrawnDigits(
    _ name: String, _ network: String, _ count: Int, passes: Int
  ) -> Experiment {
    let updates = passes * ((count + 127) / 128)
    var configuration = with(batch: 128, passes: passes, .adam(rate: 0.002))
    configuration.schedule = .warmUp(
      steps: 200, start: 0.1, then: .cosine(steps: updates - 200))
    configuration.augmentation = .digits
    return Experiment(
      name: name, network: network,
      summary:
        "`\(network)`, Adam, rate 0.002 warmed up and falling as half a cosine, batch 128, "
        + "augmented, \(passes) passes over \(count) drawn digits",
      drawn: count, configuration: configuration)
  }
}
