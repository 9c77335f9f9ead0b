import ckernels

/// What changes from step to step: `ck_step` in Swift.
public struct StepValues: Sendable, Equatable {
  /// Of all random numbers.
  public var seed: UInt64 = 0
  /// Augmentation draws by (seed, epoch, index in the data).
  public var epoch: UInt32 = 0
  /// Mixup draws by (seed, update, micro-step, place in the batch), dropout by the layer too.
  public var update: UInt32 = 0
  /// Below 4096.
  public var microStep: UInt32 = 0
  /// Whether gradients are added to those there: micro-steps after the first.
  public var accumulates = false
  /// Of all gradients: 1 / number of micro-steps.
  public var lossScale: Float = 1
  /// Above 0: gradients are scaled down to this norm, if the plan clips.
  public var clipNorm: Float = 0
  /// Of the moving average, if the plan keeps one.
  public var averageDecay: Float = 0
  /// The rates of each group of parameters; those that are missing take the last.
  public var groups: [UpdateValues] = [UpdateValues()]

  /// A step with usual values.
  public init() {}

  var plain: ck_step {
    var step = ck_run_make().step
    step.seed = seed
    step.epoch = epoch
    step.update = update
    step.micro_step = microStep
    step.accumulate = accumulates ? 1 : 0
    step.loss_scale = lossScale
    step.clip_norm = clipNorm
    step.average_decay = averageDecay
    withUnsafeMutableBytes(of: &step.groups) { raw in
      let to = raw.bindMemory(to: ck_update.self)
      for i in to.indices {
        if let values = i < groups.count ? groups[i] : groups.last { to[i] = values.plain }
      }
    }
    return step
  }
}

extension UpdateValues {
  fileprivate var plain: ck_update {
    ck_update(
      rate: rate, weight_decay: weightDecay, momentum: momentum, dampening: dampening,
      beta1: beta1, beta2: beta2, epsilon: epsilon, correction1: correction1,
      correction2: correction2, gradient_scale: gradientScale, clip_value: clipValue,
      nesterov: nesterov ? 1 : 0, decoupled: decoupled ? 1 : 0)
  }
}
