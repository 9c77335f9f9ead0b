/// Where the time of one plan goes: a step of training or a call of prediction, operation by operation.
public struct PlanProfile: Codable, Sendable, Equatable {
  /// What is done.
  public enum Task: String, Codable, Sendable, CaseIterable {
    /// A whole step: weights packed, forward, backward, update.
    case training
    /// Forward, with packed weights.
    case prediction
  }

  /// Operations that do alike.
  public enum Family: String, Codable, Sendable, CaseIterable {
    /// Pictures taken from the data and changed; results written.
    case data
    /// Convolutions and their gradients, with the packing of weights.
    case convolution
    /// Dense layers and their gradients, with the packing of weights.
    case dense
    /// Pools.
    case pooling
    /// Activations, sums and joins.
    case elementwise
    /// Dropout.
    case dropout
    /// Batch and layer normalisation.
    case normalisation
    /// Softmax, losses, counts.
    case loss
    /// Updates of the weights.
    case optimiser
  }

  /// A part of the plan.
  public enum Stage: String, Codable, Sendable {
    /// Packs weights.
    case prepare
    /// Forward and backward.
    case compute
    /// Updates the weights.
    case update
  }

  /// What was done in a step and how long it took.
  public struct Work: Codable, Sendable, Equatable {
    /// Of all threads together.
    public var seconds: Double
    /// Nominal floating-point operations: a product and a sum for each product of the layer's definition, however it was
    /// computed. 0 where none are counted.
    public var operations: Double
    /// Operands read and written, each once a call of its kernel; most of them come from a cache.
    public var bytes: Double

    /// Operations a second, of one thread while it works; nil where none are counted or none was timed.
    public var rate: Double? { operations > 0 && seconds > 0 ? operations / seconds : nil }
    /// Bytes a second, of one thread while it works.
    public var bandwidth: Double? { bytes > 0 && seconds > 0 ? bytes / seconds : nil }

    static func + (a: Work, b: Work) -> Work {
      Work(
        seconds: a.seconds + b.seconds, operations: a.operations + b.operations,
        bytes: a.bytes + b.bytes)
    }
  }

  /// One operation of the plan.
  public struct Operation: Codable, Sendable, Equatable {
    /// `conv1 backward weight`
    public var name: String
    /// The layer whose work it is, or what it is where it is none's: `update`.
    public var layer: String
    /// `conv_backward_weight`
    public var kind: String
    /// What it is like.
    public var family: Family
    /// How a convolution is computed: `direct`, `winograd`, `sparse`, `plain`.
    public var algorithm: String?
    /// What it did.
    public var work: Work
  }

  /// Operations between two meetings of all threads.
  public struct Segment: Codable, Sendable, Equatable {
    /// Its part of the plan.
    public var stage: Stage
    /// Whether images are shared out among threads, or else channels and rows of each operation.
    public var isByImage: Bool
    /// In the plan's order.
    public var operations: [Operation]
    /// Seconds that all threads together waited for the one that came last.
    public var waiting: Double
  }

  /// What was done.
  public var task: Task
  /// Pictures of a step.
  public var batch: Int
  /// Threads at work: as many as there is work for.
  public var threads: Int
  /// Seconds of a step with the time of each operation taken, in the round that is told of.
  public var stepSeconds: Double
  /// Operations a second that one thread reaches while all do nothing but multiply and add between registers; in the same round.
  public var peak: Double
  /// What ran, in the plan's order.
  public var segments: [Segment]
  /// Seconds of a step as users have it, in each round.
  public var untimedRounds: [Double]
  /// The same with times taken.
  public var timedRounds: [Double]
}

extension PlanProfile {
  /// All operations, in the plan's order.
  public var operations: [Operation] { segments.flatMap(\.operations) }

  /// Seconds of a step, of all threads together: what shares are of.
  public var threadSeconds: Double { stepSeconds * Double(threads) }

  /// What threads waited for each other behind all segments.
  public var waiting: Double { segments.reduce(0) { $0 + $1.waiting } }

  /// What is neither an operation nor waiting: the meetings themselves, the checks of a call, the taking of times, and what
  /// other programs take from it meanwhile.
  public var between: Double {
    threadSeconds - waiting - operations.reduce(0) { $0 + $1.work.seconds }
  }

  /// The part of a step's time that this many seconds of threads are.
  public func share(_ seconds: Double) -> Double { seconds / threadSeconds }

  /// Operations that belong together, such as those of a layer.
  public struct Sum: Sendable, Equatable {
    /// What they have in common.
    public var name: String
    /// Of all of them.
    public var work: Work
  }

  /// What operations with the same value did together, most time first.
  public func sums(by key: (Operation) -> String) -> [Sum] {
    var sums: [Sum] = []
    for operation in operations {
      let name = key(operation)
      if let place = sums.firstIndex(where: { $0.name == name }) {
        sums[place].work = sums[place].work + operation.work
      } else {
        sums.append(Sum(name: name, work: operation.work))
      }
    }
    return sums.sorted { $0.work.seconds > $1.work.seconds }
  }
}
