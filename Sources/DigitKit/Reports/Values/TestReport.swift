/// How well a model reads labelled pictures: everything that its page, JSON, CSV and text say.
public struct TestReport: Codable, Sendable, Equatable {
  /// What was tested, on what, where, by which command.
  public var about: About
  /// Pictures.
  public var count: Int
  /// Of them, read correctly.
  public var correct: Int
  /// The part that was read correctly.
  public var accuracy: Double
  /// Where the true accuracy lies, with 95 % confidence (Wilson's interval).
  public var accuracyInterval: Interval
  /// The mean loss; nil if it was not computed.
  public var loss: Double?
  /// The classes, in order.
  public var classes: [ClassScore]
  /// The mean of the classes, each counting the same.
  public var macro: Score
  /// The mean of the classes, each counting as often as it occurs.
  public var weighted: Score
  /// `[true class][class that was read]`
  public var confusion: [[Int]]
  /// Whether confidences mean what they say.
  public var calibration: CalibrationSummary
  /// What may be read without more errors than allowed.
  public var readRate: ReadRateSummary
  /// Read wrongly, surest first.
  public var wrong: [Example]
  /// Read correctly, least sure first.
  public var barelyRight: [Example]
  /// Read correctly, one after another as they come, of all classes.
  public var right: [Example]
  /// Seconds for all pictures, and what that makes in a second; nil if not measured.
  public var speed: Speed?
  /// Filters of the first layers.
  public var filters: [LayerPictures] = []
  /// What the first layers see in one picture.
  public var featureMaps: FeatureMaps?

  /// From `low` to `high`.
  public struct Interval: Codable, Sendable, Equatable {
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double
  }

  /// Precision, recall and F1.
  public struct Score: Codable, Sendable, Equatable {
    /// Of what was read so, the part that is.
    public var precision: Double
    /// Of what is, the part that was read so.
    public var recall: Double
    /// The harmonic mean of both.
    public var f1: Double

    init(_ score: ConfusionMatrix.Score) {
      precision = score.precision
      recall = score.recall
      f1 = score.f1
    }
  }

  /// A class.
  public struct ClassScore: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its scores.
    public var score: Score
    /// Pictures of it.
    public var support: Int
    /// The area under its ROC curve; nil unless it and others occur.
    public var area: Double?
    /// The curve, thinned.
    public var curve: [ROCPoint]
  }

  /// A point of a ROC curve.
  public struct ROCPoint: Codable, Sendable, Equatable {
    /// The part of the other classes that is accepted.
    public var falsePositives: Double
    /// The part of the class that is accepted.
    public var truePositives: Double
  }

  /// Confidence against truth.
  public struct CalibrationSummary: Codable, Sendable, Equatable {
    /// Equal ranges of confidence from 0 to 1.
    public var bins: [Bin]
    /// The gap between confidence and accuracy, averaged over all readings.
    public var expectedError: Double
    /// The largest gap of any bin.
    public var largestError: Double

    /// Readings of like confidence.
    public struct Bin: Codable, Sendable, Equatable {
      /// How many.
      public var count: Int
      /// Their mean confidence.
      public var confidence: Double
      /// The part that is right.
      public var accuracy: Double
    }
  }

  /// A reader who may say "unsure".
  public struct ReadRateSummary: Codable, Sendable, Equatable {
    /// The part of wrong readings that is allowed.
    public var allowedError: Double
    /// The threshold that reads most within it; nil if none does.
    public var chosen: Point?
    /// The curve, thinned, from strict to accepting everything.
    public var points: [Point]

    /// What accepting from a confidence on gives.
    public struct Point: Codable, Sendable, Equatable {
      /// The least confidence that is accepted.
      public var threshold: Double
      /// Accepted, of all.
      public var readRate: Double
      /// Wrong, of the accepted.
      public var errorRate: Double

      init(_ point: ReadRate.Point) {
        threshold = Double(point.threshold)
        readRate = point.readRate
        errorRate = point.errorRate
      }
    }
  }

  /// A picture and how it was read.
  public struct Example: Codable, Sendable, Equatable {
    /// Its number in the set.
    public var index: Int
    /// What it is.
    public var label: String
    /// What was read.
    public var predicted: String
    /// How sure.
    public var confidence: Double
    /// To look at; nil where pictures were not asked for.
    public var picture: ReportPicture?
  }

  /// How fast it went.
  public struct Speed: Codable, Sendable, Equatable {
    /// For all pictures.
    public var seconds: Double
    /// In a second.
    public var imagesPerSecond: Double
  }

  /// One picture, as the first layers see it.
  public struct FeatureMaps: Codable, Sendable, Equatable {
    /// The picture.
    public var example: Example
    /// Layer by layer.
    public var layers: [LayerPictures]
  }

  /// What was tested.
  public struct About: Codable, Sendable, Equatable {
    /// The command, as it can be typed again; `ShellWords.joined` makes one.
    public var command: String
    /// When: `2026-11-26 18:59 UTC`.
    public var date: String
    /// Where it ran.
    public var environment: ReportEnvironment
    /// The model's file or name.
    public var modelName: String
    /// The network.
    public var network: RunDescription.Network?
    /// The set's name, or where it lies.
    public var data: String
    /// The names of the classes; those that are missing are called by their numbers.
    public var classes: [String]
    /// What else a reader should know: that pictures were read in several positions, say.
    public var notes: [String]

    /// What was tested.
    public init(
      command: String, date: String = ReportClock.now, environment: ReportEnvironment = .current(),
      modelName: String, network: RunDescription.Network? = nil, data: String,
      classes: [String] = [], notes: [String] = []
    ) {
      self.command = command
      self.date = date
      self.environment = environment
      self.modelName = modelName
      self.network = network
      self.data = data
      self.classes = classes
      self.notes = notes
    }

    func name(_ label: Int) -> String { label < classes.count ? classes[label] : "\(label)" }
  }
}
