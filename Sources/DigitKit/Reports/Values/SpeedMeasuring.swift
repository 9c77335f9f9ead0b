extension SpeedReport {
  /// A network to measure.
  public struct Candidate: Sendable {
    /// What the report calls it.
    public var name: String
    /// The network.
    public var model: Model
    /// Of a trained one; nil: first values.
    public var parameters: Parameters?

    /// A network to measure.
    public init(_ name: String, _ model: Model, parameters: Parameters? = nil) {
      self.name = name
      self.model = model
      self.parameters = parameters
    }
  }

  /// How it is measured.
  public struct Options: Sendable {
    /// What is measured of each network.
    public var measures = Set(Measure.allCases)
    /// Whose pictures to learn from are used; nil: drawn digits of the network's size.
    public var data: DataSet?
    /// Threads; 0: as many as there are. One picture is always read on one.
    public var threads = 0
    /// Pictures of a batch of training.
    public var batch = 128
    /// Pictures of a call of prediction.
    public var predictionBatch = 256
    /// How gradients become new weights.
    public var optimiser = TrainingConfiguration().optimiser
    /// How training pictures are changed.
    public var augmentation: Augmentation?
    /// Of one measurement in one round.
    public var seconds = 1.0
    /// How often everything is measured.
    public var rounds = 5
    /// Asked again and again, also within a measurement; what it throws ends the work.
    public var check: @Sendable () throws -> Void = {}

    /// The usual way.
    public init() {}
  }

  /// Measures networks in rounds: a machine whose speed changes changes it for all of them.
  /// `onProgress` hears before each measurement how many of how many are done, and what comes now.
  public static func measure(
    _ candidates: [Candidate], options: Options = Options(),
    onProgress: (_ done: Int, _ total: Int, _ next: String) -> Void = { _, _, _ in }
  ) throws -> SpeedReport {
    let stands = try candidates.map { try SpeedStand($0, options) }
    let measures = options.orderedMeasures
    var rounds: [[Measure: [Double]]] = candidates.map { _ in [:] }
    let total = stands.count * measures.count * options.rounds
    var done = 0
    for _ in 0..<options.rounds {
      for place in stands.indices {
        for measure in measures {
          try options.check()
          onProgress(done, total, "\(candidates[place].name), \(measure.rawValue)")
          rounds[place][measure, default: []].append(try stands[place].measure(measure))
          done += 1
        }
      }
    }
    let environment = ReportEnvironment.current(threads: options.threads)
    return SpeedReport(
      environment: environment, data: options.dataName,
      augmentation: options.augmentation?.description, seconds: options.seconds,
      rounds: options.rounds,
      networks: zip(candidates, rounds).map { candidate, rounds in
        Network(
          name: candidate.name, parameters: candidate.model.parameterCount,
          figures: measures.map { measure in
            Figure(
              measure, batch: options.batch(of: measure),
              threads: measure == .onePicture ? 1 : environment.threads,
              rounds: rounds[measure] ?? [])
          })
      })
  }
}

extension SpeedReport.Options {
  fileprivate var orderedMeasures: [SpeedReport.Measure] {
    SpeedReport.Measure.allCases.filter(measures.contains)
  }

  /// Pictures of a call.
  fileprivate func batch(of measure: SpeedReport.Measure) -> Int {
    switch measure {
    case .training: batch
    case .prediction: predictionBatch
    case .onePicture: 1
    }
  }

  /// How networks are trained.
  var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.batchSize = batch
    configuration.optimiser = optimiser
    configuration.augmentation = augmentation
    configuration.dropsLast = true
    return configuration
  }

  /// What they are trained on and read. Drawn are at the usual batch more than second-level caches hold, as of real
  /// sets, and those in a moment.
  func pictures(for model: Model) throws -> ImageSet {
    guard let data else {
      return try ImageSet.drawn(
        max(batch, min(32 * batch, 10_000), predictionBatch), for: model, threads: threads)
    }
    guard !measures.contains(.training) || data.training.count >= batch else {
      throw DataError(
        "\(data.name) has \(data.training.count) pictures, fewer than a batch of \(batch); "
          + "take smaller batches")
    }
    return data.training
  }

  /// What a report calls them.
  var dataName: String { data?.name ?? "drawn digits" }
}

/// A network ready to be measured: made ready is only what was asked for, which may be to find the memory it takes.
struct SpeedStand {
  private var measurements: [SpeedReport.Measure: () throws -> Double] = [:]
  private var threadsAtWork: [SpeedReport.Measure: Int] = [:]

  func measure(_ measure: SpeedReport.Measure) throws -> Double { try measurements[measure]!() }

  /// Threads that a call has work for.
  func threadsAtWork(_ measure: SpeedReport.Measure) -> Int { threadsAtWork[measure] ?? 1 }

  init(_ candidate: SpeedReport.Candidate, _ options: SpeedReport.Options) throws {
    let model = candidate.model
    let set = try options.pictures(for: model)
    let configuration = options.configuration
    let first = Parameters(for: model)
    first.initialise(seed: configuration.seed)
    let parameters = candidate.parameters ?? first
    if options.measures.contains(.training) {
      let training = try TrainingSpeed(
        model, configuration, training: set, parameters: parameters, threads: options.threads)
      measurements[.training] = {
        try training.imagesPerSecond(over: options.seconds, check: options.check)
      }
      threadsAtWork[.training] = training.threadsAtWork
    }
    if !options.measures.isSubset(of: [.training]) {
      let answers = try AnswerSpeed(model, parameters, set, options)
      measurements[.prediction] = answers.picturesPerSecond
      measurements[.onePicture] = answers.microsecondsForOne
      threadsAtWork[.prediction] = answers.threadsAtWork
    }
  }
}

/// How fast a network answers.
private struct AnswerSpeed {
  private let options: SpeedReport.Options
  private let predictor: Predictor
  /// As a program makes it that asks for single pictures.
  private let forOne: Predictor
  /// A call's pictures, and each of them by itself.
  private let pictures: [UInt8]
  private let single: [[UInt8]]

  init(
    _ model: Model, _ parameters: Parameters, _ set: ImageSet, _ options: SpeedReport.Options
  ) throws {
    self.options = options
    predictor = try Predictor(
      model, parameters: parameters, batch: options.predictionBatch, threads: options.threads)
    forOne = try Predictor(model, parameters: parameters, batch: 1)
    let seen = try ModelData(LabelledData(set), for: model).images
    // A small set gives each picture several times.
    single = (0..<options.predictionBatch).map { Array(seen.image($0 % seen.count)) }
    pictures = Array(single.joined())
    // The first calls make a runner each and pack the weights.
    _ = try (predictor.predict(pictures), forOne.predict(single[0]))
  }

  var threadsAtWork: Int { predictor.threadsAtWork(pictures: options.predictionBatch) }

  func picturesPerSecond() throws -> Double {
    try callsPerSecond { _ in _ = try predictor.predict(pictures) }
      * Double(options.predictionBatch)
  }

  func microsecondsForOne() throws -> Double {
    try 1e6
      / callsPerSecond { call in _ = try forOne.predict(single[call % single.count]) }
  }

  /// Calls `body` for as long as a measurement takes. The clock is read some hundred times on the way: each time
  /// takes as long as a part of a small network.
  private func callsPerSecond(_ body: (_ call: Int) throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var calls = 0
    var group = 1
    while true {
      for _ in 0..<group {
        try body(calls)
        calls += 1
      }
      let passed = (clock.now - start) / .seconds(1)
      let rate = Double(calls) / max(passed, 1e-9)
      if passed >= options.seconds { return rate }
      try options.check()
      group = max(1, Int(rate * options.seconds / 200))
    }
  }
}

extension ImageSet {
  /// Drawn digits as a network takes them: of its size, channels and number of classes.
  static func drawn(_ count: Int, for model: Model, threads: Int = 0) throws -> ImageSet {
    guard let input = model.inputs.first, let head = model.heads.first else {
      throw DataError("\(model.name) reads no picture")
    }
    let side = min(256, input.sourceHeight, input.sourceWidth)
    let digits = try Synth(side: side).images(count: count, threads: threads)
    let classes = model.width(of: head)
    let channels = input.channels
    return try ImageSet(
      pixels: channels == 1
        ? digits.pixels
        : Pixels(digits.pixels.flatMap { [UInt8](repeating: $0, count: channels) }),
      labels: digits.labels.map { $0 % Int32(classes) }, height: side, width: side,
      channels: channels, classes: classes)
  }
}
