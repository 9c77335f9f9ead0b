import ckernels

/// What a call gave.
public struct StepResult: Sendable, Equatable {
  /// One head of the network.
  public struct Head: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Among several losses.
    public var weight: Double = 1
    /// The sum over the batch, and what to divide it by. Of several batches both are added up first.
    public var lossSum = 0.0
    /// What to divide the sum by.
    public var lossWeight = 0.0
    /// Whether the loss is the root of the quotient.
    public var isRoot = false
    /// Images whose largest number is at the label; nil where there are no labels.
    public var correct: Double?
    /// Images that were counted.
    public var counted = 0.0

    /// The mean loss, without its weight.
    public var loss: Double {
      let mean = lossWeight > 0 ? lossSum / lossWeight : 0
      return isRoot ? mean.squareRoot() : mean
    }
    /// The part that is correct, from 0 to 1.
    public var accuracy: Double? { correct.map { counted > 0 ? $0 / counted : 0 } }
  }

  /// Where a number first went wrong.
  public struct Fault: Sendable, Equatable {
    /// `conv1 forward`
    public var operation: String
    /// Place in the batch of the first image of the tile; nil: an operation on the whole batch.
    public var image: Int?
  }

  /// The heads, in the model's order.
  public var heads: [Head] = []
  /// With `findFault`: where NaN or infinity first appeared.
  public var fault: Fault?
  /// Images of the call.
  public var images: Int

  /// The weighted sum of the losses: what training lowers.
  public var loss: Double { heads.reduce(0) { $0 + $1.weight * $1.loss } }
  /// Of the first head that has labels.
  public var accuracy: Double? { heads.lazy.compactMap(\.accuracy).first }

  init(_ plan: Plan, _ run: ck_run, images: Int) {
    self.images = images
    var run = run
    let losses = withUnsafeBytes(of: &run.reports) { Array($0.bindMemory(to: ck_loss.self)) }
    for (report, loss) in zip(plan.reports, losses) {
      let known = heads.firstIndex { $0.name == report.head }
      if known == nil { heads.append(Head(name: report.head)) }
      let i = known ?? heads.count - 1
      switch report.kind {
      case .loss, .rootLoss:
        heads[i].lossSum = loss.sum
        heads[i].lossWeight = loss.weight
        heads[i].weight = Double(report.weight)
        heads[i].isRoot = report.kind == .rootLoss
      case .correct:
        heads[i].correct = loss.sum
        heads[i].counted = loss.weight
      }
    }
    if run.fault.op >= 0, Int(run.fault.op) < plan.layout.ops.count {
      fault = Fault(
        operation: plan.layout.ops[Int(run.fault.op)].op.name,
        image: run.fault.image >= 0 ? Int(run.fault.image) : nil)
    }
  }

  /// Joins the results of another batch: sums and weights are added.
  public mutating func add(_ other: StepResult) {
    guard !heads.isEmpty else {
      self = other
      return
    }
    images += other.images
    for (i, head) in other.heads.enumerated() where i < heads.count {
      heads[i].lossSum += head.lossSum
      heads[i].lossWeight += head.lossWeight
      heads[i].counted += head.counted
      if let correct = head.correct { heads[i].correct = (heads[i].correct ?? 0) + correct }
    }
    if fault == nil { fault = other.fault }
  }
}
