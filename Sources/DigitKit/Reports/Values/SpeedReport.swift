/// How fast networks train and answer on this machine, as `SpeedReport.measure` finds it.
public struct SpeedReport: Codable, Sendable, Equatable {
  /// What is measured of a network.
  public enum Measure: String, Codable, Sendable, CaseIterable {
    /// The whole loop of `Trainer`, in images per second.
    case training
    /// `Predictor` with a batch of pictures a call, in images per second.
    case prediction
    /// `Predictor` with one picture a call, on one thread, in microseconds.
    case onePicture
  }

  /// What came of one measurement, all rounds together.
  public struct Figure: Codable, Sendable, Equatable {
    /// Of what.
    public var measure: Measure
    /// Pictures of a batch, or of a call.
    public var batch: Int
    /// Threads in use.
    public var threads: Int
    /// That of the median round.
    public var median: Double
    /// That of the round with the least.
    public var least: Double
    /// That of the round with the most.
    public var most: Double

    /// A figure of what each round gave, at least one.
    public init(_ measure: Measure, batch: Int, threads: Int, rounds: [Double]) {
      let ordered = rounds.sorted()
      self.measure = measure
      self.batch = batch
      self.threads = threads
      median = ordered[ordered.count / 2]
      least = ordered[0]
      most = ordered[ordered.count - 1]
    }
  }

  /// A network and its figures.
  public struct Network: Codable, Sendable, Equatable {
    /// As it was named.
    public var name: String
    /// How many numbers it has.
    public var parameters: Int
    /// One for each measure that was asked for.
    public var figures: [Figure]
  }

  /// Where it was measured.
  public var environment: ReportEnvironment
  /// Of which pictures.
  public var data: String
  /// How training pictures were changed; nil: not at all.
  public var augmentation: String?
  /// Of one measurement in one round.
  public var seconds: Double
  /// How often each was measured, all taking turns.
  public var rounds: Int
  /// What was measured.
  public var networks: [Network]
}

extension SpeedReport.Measure {
  /// What its figures count.
  public var unit: String {
    switch self {
    case .training, .prediction: "images/s"
    case .onePicture: "µs"
    }
  }
}
