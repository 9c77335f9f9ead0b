/// What a plan is made for.
public enum Purpose: Sendable, Equatable {
  /// Forward, backward and update; dropout and batch statistics as in training.
  case train(TrainingOptions = TrainingOptions())
  /// Forward as in prediction, with losses, counts and results.
  case measure(results: [Wanted] = [])
  /// Forward with results.
  case predict([Wanted] = [.probabilities])
}

/// A result to be written, one row per image. Its array has the name given here, with the head's name
/// and a dot before it if that is not the model's first head.
public enum Wanted: Sendable, Hashable {
  /// `probabilities`: softmax of the first head (sigmoid, with binary cross-entropy; its values, if a distance is its loss).
  case probabilities
  /// `logits`: the first head before its softmax.
  case logits
  /// The same of a named head.
  case probabilitiesOf(head: String)
  /// The same of a named head.
  case logitsOf(head: String)
  /// What a named layer gives; the array has the layer's name.
  case layer(String)
}

/// How the parameters of a plan that trains change.
public struct TrainingOptions: Sendable, Equatable {
  /// The formula.
  public var rule: UpdateRule
  /// Whether gradients may be scaled down to a norm (`StepValues.clipNorm`).
  public var clipsByNorm: Bool
  /// Whether a dense layer's gradient is used at once, row by row, and never kept: faster, with the same
  /// bits. Not together with clipping by norm, accumulation, or reading gradients.
  public var fusesUpdates: Bool
  /// Whether a moving average of the parameters is kept (`StepValues.averageDecay`).
  public var keepsAverage: Bool
  /// Whose rates apply to a parameter: an index into `StepValues.groups`, by the parameter's name.
  /// Others belong to group 0, or with Muon, where they are no hidden matrices, to group 1.
  public var groups: [String: Int]
  /// How pictures are changed.
  public var augmentation: Augmentation?

  /// Adam, nothing else.
  public init(
    rule: UpdateRule = .adam, clipsByNorm: Bool = false, fusesUpdates: Bool = false,
    keepsAverage: Bool = false, groups: [String: Int] = [:], augmentation: Augmentation? = nil
  ) {
    self.rule = rule
    self.clipsByNorm = clipsByNorm
    self.fusesUpdates = fusesUpdates
    self.keepsAverage = keepsAverage
    self.groups = groups
    self.augmentation = augmentation
  }
}

/// What the planner is told of one plan.
struct CompileOptions {
  var training: TrainingOptions?
  var batch: Int
  var lanes: Int
  var tile: Int
  /// Dense weights whose gradient is computed with the update.
  var fusedWeights: Set<Int> = []

  var trains: Bool { training != nil }

  func fusesUpdate(of parameter: Int) -> Bool { fusedWeights.contains(parameter) }
}
