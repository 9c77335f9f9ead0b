/// What happens during a run, for whoever listens: progress bars, logs, reports.
public enum TrainingEvent: Sendable, Equatable {
  /// An update was done.
  case step(Step)
  /// An epoch ended.
  case epoch(Epoch)
  /// Validation pictures were read.
  case validation(Validation)
  /// A checkpoint was written.
  case checkpoint(Saved)
  /// Something that a person should know.
  case warning(String)
  /// The run ended.
  case stopped(StopReason, TrainingProgress)

  /// An update.
  public struct Step: Sendable, Equatable {
    /// How far the run is, this update counted.
    public var progress: TrainingProgress
    /// The mean loss of its pictures.
    public var loss: Double
    /// The rate of the first group.
    public var rate: Double
    /// How many pictures it took.
    public var images: Int
    /// The part of them that was read correctly before the update; nil where there are no classes.
    public var accuracy: Double?

    /// An update.
    public init(
      progress: TrainingProgress, loss: Double, rate: Double, images: Int, accuracy: Double? = nil
    ) {
      self.progress = progress
      self.loss = loss
      self.rate = rate
      self.images = images
      self.accuracy = accuracy
    }
  }

  /// The end of an epoch.
  public struct Epoch: Sendable, Equatable {
    /// How far the run is, this epoch counted.
    public var progress: TrainingProgress
    /// The mean loss of all its pictures, as they were trained on.
    public var loss: Double
    /// Seconds it took.
    public var seconds: Double
    /// The part of its pictures that was read correctly, as they were trained on; nil where there are
    /// no classes.
    public var accuracy: Double?

    /// The end of an epoch.
    public init(
      progress: TrainingProgress, loss: Double, seconds: Double, accuracy: Double? = nil
    ) {
      self.progress = progress
      self.loss = loss
      self.seconds = seconds
      self.accuracy = accuracy
    }
  }

  /// A look at pictures that are not trained on.
  public struct Validation: Sendable, Equatable {
    /// How far the run is.
    public var progress: TrainingProgress
    /// The mean loss.
    public var loss: Double
    /// The part that was read correctly; nil where there are no classes.
    public var accuracy: Double?
    /// Whether it is the best so far.
    public var isBest: Bool

    /// A look.
    public init(progress: TrainingProgress, loss: Double, accuracy: Double?, isBest: Bool) {
      self.progress = progress
      self.loss = loss
      self.accuracy = accuracy
      self.isBest = isBest
    }
  }

  /// A file that was written.
  public struct Saved: Sendable, Equatable {
    /// The file.
    public var path: String
    /// How far the run was.
    public var progress: TrainingProgress

    /// A file.
    public init(path: String, progress: TrainingProgress) {
      self.path = path
      self.progress = progress
    }
  }
}

/// Receives every event, in order, on the thread that trains; the run waits for it. Throwing ends the run.
public typealias TrainingCallback = @Sendable (TrainingEvent) throws -> CallbackAnswer

/// What a callback wants.
public enum CallbackAnswer: Sendable, Equatable {
  /// Go on.
  case goOn
  /// End the run after this step, saved.
  case stop
}

/// Several callbacks as one: each hears every event, and one that wants to stop is enough.
public struct TrainingCallbacks: Sendable {
  private var callbacks: [TrainingCallback]

  /// These callbacks.
  public init(_ callbacks: [TrainingCallback] = []) { self.callbacks = callbacks }

  /// Adds one.
  public mutating func append(_ callback: @escaping TrainingCallback) { callbacks.append(callback) }

  /// Tells all.
  @discardableResult public func send(_ event: TrainingEvent) throws -> CallbackAnswer {
    var answer = CallbackAnswer.goOn
    for callback in callbacks where try callback(event) == .stop { answer = .stop }
    return answer
  }
}
