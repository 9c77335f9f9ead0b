extension ScalingReport {
  /// What one pass over drawn digits came to, in a process of its own.
  public struct Pass: Sendable {
    /// Pictures by the seconds of training.
    public var imagesPerSecond: Double
    /// In bytes; nil where the system does not say.
    public var peakMemory: Int?

    /// What came of a pass.
    public init(imagesPerSecond: Double, peakMemory: Int?) {
      self.imagesPerSecond = imagesPerSecond
      self.peakMemory = peakMemory
    }
  }

  /// How it is measured.
  public struct Options: Sendable {
    /// What is measured.
    public var studies = Set(Study.allCases)
    /// Networks in place of each study's own; a pass over pictures always trains `passNetwork`.
    public var networks: [SpeedReport.Candidate] = []
    /// The most threads; 0: as many as there are.
    public var threads = 0
    /// Of one measurement in one round.
    public var seconds = 1.0
    /// How often everything is measured.
    public var rounds = 5
    /// Drawn digits that are trained on and read where no pass is measured: more than second-level caches hold.
    public var pictures = 10_240
    /// How many pictures a pass has.
    public var sizes = Options.sizes(upTo: 1_000_000)
    /// Trains `passNetwork` once on so many digits, drawn as they are needed, in batches of `passBatch`; nil: there
    /// is no study of data.
    public var pass: (@Sendable (_ pictures: Int) throws -> Pass)?
    /// Asked again and again, also within a measurement; what it throws ends the work.
    public var check: @Sendable () throws -> Void = {}

    /// The usual way.
    public init() {}

    /// By tens from 10,000, or from a tenth, to so many.
    public static func sizes(upTo largest: Int) -> [Int] {
      var sizes = [max(1, min(10_000, largest / 10))]
      while sizes[sizes.count - 1] < largest {
        sizes.append(min(largest, 10 * sizes[sizes.count - 1]))
      }
      return sizes
    }
  }

  /// What a pass over pictures trains.
  public static let passNetwork = "lenet5"
  /// In such batches.
  public static let passBatch = 128

  /// Measures study by study, what belongs to one in rounds: a machine whose speed changes changes it for all of
  /// them. `onProgress` hears before each measurement how many of how many of a study are done, and what comes now.
  public static func measure(
    _ options: Options = Options(),
    onProgress: (_ done: Int, _ total: Int, _ next: String) -> Void = { _, _, _ in }
  ) throws -> ScalingReport {
    var points: [Point] = []
    for study in Study.allCases where options.studies.contains(study) {
      points += try ScalingTrials(study, options).points(onProgress)
    }
    return ScalingReport(
      environment: .current(threads: options.threads), seconds: options.seconds,
      rounds: options.rounds, points: points)
  }
}

/// What is measured of one study.
private struct ScalingTrials {
  private var trials: [Trial] = []
  private let study: ScalingReport.Study
  private let options: ScalingReport.Options
  private let pictures: DataSet?

  private struct Trial {
    /// Its figure is not known yet.
    var point: ScalingReport.Point
    let measure: () throws -> ScalingReport.Pass
  }

  /// A network and its usual batch.
  private struct Subject {
    var candidate: SpeedReport.Candidate
    var batch = 64
  }

  private var allThreads: Int { options.threads > 0 ? options.threads : Engine.defaultThreads }

  init(_ study: ScalingReport.Study, _ options: ScalingReport.Options) throws {
    self.study = study
    self.options = options
    pictures =
      study == .data ? nil : try DataSet(drawnBy: Synth(), count: options.pictures)
    switch study {
    case .threads:
      for subject in try subjects() {
        for threads in ScalingTrials.doubled(upTo: allThreads) {
          try add(subject, threads: threads, predictionBatch: 256)
        }
      }
    case .batch:
      for subject in try subjects() {
        for batch in ScalingTrials.doubled(upTo: 1024) {
          try add(
            Subject(candidate: subject.candidate, batch: batch), threads: allThreads,
            predictionBatch: batch)
        }
      }
    case .network:
      let names = [
        "tiny", "lenet5", "fast", "keras-cnn", "digitnet", "pytorch-cnn", "conv3", "resnet18",
        "vgg16",
      ]
      let own = try names.map { Subject(candidate: .init($0, try Zoo.model($0))) }
      let given = options.networks.map { Subject(candidate: $0) }
      for subject in given.isEmpty ? own : given {
        try add(subject, threads: allThreads, predictionBatch: 256)
      }
    case .data: try addPasses()
    }
  }

  /// `1, 2, 4` and so on, and the last whatever it is.
  private static func doubled(upTo most: Int) -> [Int] {
    var numbers = [1]
    while numbers[numbers.count - 1] < most {
      numbers.append(min(most, 2 * numbers[numbers.count - 1]))
    }
    return numbers
  }

  /// A network bound by what is between products, and one by products.
  private func subjects() throws -> [Subject] {
    guard options.networks.isEmpty else { return options.networks.map { Subject(candidate: $0) } }
    return [
      Subject(candidate: .init("lenet5", try Zoo.model("lenet5")), batch: 128),
      Subject(candidate: .init("keras-cnn", try Zoo.model("keras-cnn"))),
    ]
  }

  private mutating func add(_ subject: Subject, threads: Int, predictionBatch: Int) throws {
    var speed = SpeedReport.Options()
    speed.threads = threads
    speed.seconds = options.seconds
    speed.check = options.check
    speed.batch = subject.batch
    speed.predictionBatch = predictionBatch
    if let pictures, subject.candidate.model.takes(pictures.training) { speed.data = pictures }
    for measure in [SpeedReport.Measure.training, .prediction] {
      speed.measures = [measure]
      let stand = try SpeedStand(subject.candidate, speed)
      let batch = measure == .training ? subject.batch : predictionBatch
      trials.append(
        Trial(
          point: point(
            subject.candidate, measure, batch, threads, atWork: stand.threadsAtWork(measure))
        ) {
          ScalingReport.Pass(imagesPerSecond: try stand.measure(measure), peakMemory: nil)
        })
    }
  }

  private mutating func addPasses() throws {
    guard let pass = options.pass else { return }
    let name = ScalingReport.passNetwork
    let candidate = SpeedReport.Candidate(name, try Zoo.model(name))
    for size in options.sizes {
      var point = point(
        candidate, .training, ScalingReport.passBatch, allThreads, atWork: allThreads)
      point.pictures = size
      trials.append(Trial(point: point) { try pass(size) })
    }
  }

  private func point(
    _ candidate: SpeedReport.Candidate, _ measure: SpeedReport.Measure, _ batch: Int,
    _ threads: Int, atWork: Int
  ) -> ScalingReport.Point {
    ScalingReport.Point(
      study: study, network: candidate.name,
      multiplyAdds: candidate.model.layers.reduce(0) { $0 + $1.multiplyAdds },
      figure: SpeedReport.Figure(measure, batch: batch, threads: threads, rounds: [0]),
      threadsAtWork: atWork)
  }

  /// Everything in turns, and what came of it.
  func points(
    _ onProgress: (_ done: Int, _ total: Int, _ next: String) -> Void
  ) throws -> [ScalingReport.Point] {
    var rounds: [[ScalingReport.Pass]] = trials.map { _ in [] }
    var others: [[Double]] = trials.map { _ in [] }
    let total = options.rounds * trials.count
    for round in 0..<options.rounds {
      for (place, trial) in trials.enumerated() {
        try options.check()
        onProgress(round * trials.count + place, total, trial.point.title)
        let start = CoreUse.now
        rounds[place].append(try trial.measure())
        if let start, let now = CoreUse.now { others[place].append(now.otherCores(since: start)) }
      }
    }
    return trials.indices.map { place in
      var point = trials[place].point
      point.figure = SpeedReport.Figure(
        point.figure.measure, batch: point.figure.batch, threads: point.figure.threads,
        rounds: rounds[place].map(\.imagesPerSecond))
      point.peakMemory = rounds[place].compactMap(\.peakMemory).max()
      if !others[place].isEmpty {
        point.otherCores = others[place].reduce(0, +) / Double(others[place].count)
      }
      return point
    }
  }
}

extension Model {
  /// Whether it reads pictures of this form and has a class for each label.
  fileprivate func takes(_ set: ImageSet) -> Bool {
    guard let input = inputs.first, let head = heads.first else { return false }
    return input.sourceHeight == set.height && input.sourceWidth == set.width
      && input.channels == set.channels && width(of: head) >= set.classes
  }
}

extension ScalingReport.Point {
  /// `lenet5, training, batch 128, 2 threads`
  var title: String {
    let size = pictures.map { ", \(grouped($0)) pictures" } ?? ""
    return "\(network), \(figure.measure.rawValue), batch \(figure.batch), "
      + counted(figure.threads, "thread") + size
  }
}
