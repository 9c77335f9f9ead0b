import DigitKit

/// The flags of `train` that decide how weights are found.
enum TrainingFlags {
  static let epochs = Flag(
    "--epochs", short: "-e", .whole(1...1_000_000), "N", default: 10, "passes over the pictures")
  static let batch = Flag(
    "--batch", short: "-b", .whole(1...65_536), "N", default: 128, "pictures of a batch")
  static let optimiser = Flag<OptimiserName>(
    "--optimizer", .choice, "NAME", default: .adam, "how gradients become new weights")
  static let rate = Flag(
    "--lr", .number(0...100), "X", "the learning rate; the optimiser's usual one")
  static let momentum = Flag(
    "--momentum", .number(0...0.9999), "X", "of sgd, momentum, nesterov, rmsprop and muon")
  static let weightDecay = Flag(
    "--weight-decay", .number(0...1), "X", "L2; decoupled in adamw and muon")
  static let l1 = Flag(
    "--l1", .number(0...1), "X",
    "the loss grows by X times the sum of the weights' sizes; updates take longer")
  static let schedule = Flag<ScheduleName>(
    "--schedule", .choice, "NAME", default: .cosine, "how the rate changes over all epochs")
  static let warmUp = Flag(
    "--warm-up", .number(0...0.9), "PART", default: 0,
    "the part of the run in which the rate rises first")
  static let augmentation = Flag(
    "--augment", .text, "CHANGES",
    "how pictures are changed, as digits or rotate=10,shift=2")
  static let smoothing = Flag(
    "--label-smoothing", .number(0...0.9), "X",
    "the part of a label that all classes share; 0, or what the network's file says")
  static let average = Flag(
    "--ema", .number(0...0.99999), "DECAY",
    "keep a moving average of the weights, of the last ninth of the run at most, and use that")
  static let accumulate = Flag(
    "--accumulate", .whole(1...4096), "N", default: 1, "batches to an update of the weights")
  static let clip = Flag(
    "--clip-norm", .number(1e-6...1e6), "X", "shrink gradients whose norm is larger")
  static let sampling = Flag<SamplingName>(
    "--sampling", .choice, "NAME", default: .shuffled,
    "each picture once an epoch, shuffled or as they come, or every class equally often")
  static let classWeights = Flag(
    "--class-weights", .classWeights, "WEIGHTS",
    "how much each class counts in the loss: balanced, numbers as 1,1,2.5, or a file of them")
  static let freeze = Flag(
    repeated: "--freeze", .text, "PATTERN", "leave these parameters as they are: conv*")
  static let patience = Flag(
    "--patience", .whole(0...1_000_000), "N",
    "end after so many epochs without a better loss on validation, and bring the best back")
  static let stopAt = Flag(
    "--stop-at", .number(0.0001...1), "X", "end at this accuracy on validation: 0.99")
  static let timeLimit = Flag("--time-limit", .duration, "TIME", "end after this time: 90s, 5m, 1h")
  static let seed = Flag(
    "--seed", .seed, "N", default: 1, "what weights, orders and augmentation are drawn from")

  static let all: [any AnyFlag] = [
    epochs, batch, optimiser, rate, momentum, weightDecay, l1, schedule, warmUp, augmentation,
    smoothing, average, accumulate, clip, sampling, classWeights, freeze, patience, stopAt,
    timeLimit, seed,
  ]

  /// How to train on so many pictures.
  static func configuration(_ asked: Invocation, pictures: Int) throws -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.seed = asked[seed]
    configuration.batchSize = min(asked[batch], pictures)
    configuration.budget = Budget(
      epochs: asked[epochs], seconds: asked[timeLimit], accuracy: asked[stopAt])
    configuration.optimiser = try asked[optimiser].optimiser(
      rate: asked[rate], momentum: asked[momentum], weightDecay: asked[weightDecay])
    configuration.accumulation = Accumulation(batches: asked[accumulate])
    let batches = (pictures + configuration.batchSize - 1) / configuration.batchSize
    let updates = asked[epochs] * configuration.accumulation.updates(batchesInEpoch: batches)
    configuration.schedule = asked[schedule].schedule(updates: updates, warmUp: asked[warmUp])
    configuration.augmentation = try changes(asked)
    configuration.average = asked[average].map { .exponential(decay: $0, warmsUp: true) }
    configuration.clipping = asked[clip].map { Clipping(norm: $0) } ?? .none
    configuration.sampling = asked[sampling].sampling
    if asked[sampling] == .balanced, asked[classWeights] == .balanced {
      asked.console.warn(
        "--sampling balanced and --class-weights balanced even out the classes twice, so that rare ones count most; one of "
          + "them is enough")
    }
    if let strength = asked[l1], strength > 0 {
      configuration.penalties = [L1Penalty(strength)]
      asked.console.note("--l1 makes each update a step of its own, which takes longer")
    }
    configuration.rules = asked[freeze].map { ParameterRule(NamePattern($0), rateFactor: 0) }
    configuration.earlyStopping = asked[patience].map { EarlyStopping(patience: $0) }
    return configuration
  }

  /// How pictures are changed; what looks like a mistake is told.
  static func changes(_ asked: Invocation) throws(UsageError) -> Augmentation? {
    guard let text = asked[augmentation] else { return nil }
    let changes = try readAugmentation(text)
    for warning in changes.warnings { asked.console.warn(warning) }
    return changes
  }
}

/// Optimisers by name.
enum OptimiserName: String, CaseIterable, Sendable {
  case adam, adamw, sgd, momentum, nesterov, adagrad, rmsprop, muon

  /// With what was asked for; what was not is as usual.
  func optimiser(
    rate: Double?, momentum: Double?, weightDecay: Double?
  ) throws(UsageError) -> Optimiser {
    switch self {
    case .adam, .adamw:
      try refuse(momentum)
      var adam = Adam(weightDecay: self == .adamw ? 1e-2 : 0, decoupled: self == .adamw)
      set(&adam.rate, rate)
      set(&adam.weightDecay, weightDecay)
      return .adam(adam)
    case .sgd, .momentum, .nesterov:
      var sgd = SGD(rate: 0.01, momentum: self == .sgd ? 0 : 0.9, nesterov: self == .nesterov)
      set(&sgd.rate, rate)
      set(&sgd.momentum, momentum)
      set(&sgd.weightDecay, weightDecay)
      return .sgd(sgd)
    case .adagrad:
      try refuse(momentum)
      var adagrad = Adagrad()
      set(&adagrad.rate, rate)
      set(&adagrad.weightDecay, weightDecay)
      return .adagrad(adagrad)
    case .rmsprop:
      var rmsprop = RMSprop(rate: 1e-3)
      set(&rmsprop.rate, rate)
      set(&rmsprop.momentum, momentum)
      set(&rmsprop.weightDecay, weightDecay)
      return .rmsprop(rmsprop)
    case .muon:
      var muon = Muon()
      set(&muon.rate, rate)
      set(&muon.momentum, momentum)
      set(&muon.weightDecay, weightDecay)
      return .muon(muon)
    }
  }

  private func set(_ value: inout Double, _ asked: Double?) { value = asked ?? value }

  private func refuse(_ momentum: Double?) throws(UsageError) {
    guard momentum != nil else { return }
    throw UsageError(message: "--momentum is not for \(rawValue); it has a memory of its own")
  }
}

/// Schedules by name.
enum ScheduleName: String, CaseIterable, Sendable {
  case constant, cosine, linear, step, exponential, polynomial
  case oneCycle = "one-cycle"

  /// Over so many updates, after a rise over a part of them.
  func schedule(updates: Int, warmUp: Double) -> Schedule {
    let rise = Int(warmUp * Double(updates))
    let rest = max(1, updates - rise)
    // A cycle rises by itself.
    if self == .oneCycle {
      return .oneCycle(OneCycle(steps: max(2, updates), rise: warmUp > 0 ? warmUp : 0.3))
    }
    let schedule: Schedule =
      switch self {
      case .constant, .oneCycle: .constant
      case .cosine: .cosine(steps: rest)
      case .linear: .linear(steps: rest, start: 1, end: 0)
      case .step: .step(every: max(1, rest / 3), factor: 0.1)
      case .exponential: .exponential(factor: ScheduleName.hundredth(over: rest))
      case .polynomial: .polynomial(steps: rest, power: 2)
      }
    return rise > 0 ? .warmUp(steps: rise, then: schedule) : schedule
  }

  /// The factor that makes a hundredth of the rate in so many steps: the root of 0.01, by halving.
  private static func hundredth(over steps: Int) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if Schedule.exponential(factor: middle).factor(at: steps) < 0.01 {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }
}

extension ValueType where Value == Double {
  /// Seconds: `90`, `90s`, `5m`, `1h`.
  static let duration = ValueType(form: .special("a time as 90s, 5m or 1h")) { word in
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = word.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? word : String(word.dropLast())), number > 0,
      number.isFinite
    else { return nil }
    return number * (unit ?? 1)
  }
}

/// Changes of pictures from their text form.
func readAugmentation(_ text: String) throws(UsageError) -> Augmentation {
  do { return try Augmentation(parsing: text) } catch { throw UsageError(message: error.message) }
}

/// Orders by name.
enum SamplingName: String, CaseIterable, Sendable {
  case shuffled, balanced
  case inOrder = "in-order"

  var sampling: Sampling {
    switch self {
    case .shuffled: .shuffled
    case .balanced: .balanced
    case .inOrder: .inOrder
    }
  }
}
