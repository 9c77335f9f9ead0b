/// The formula of an update. What changes from step to step, such as rates, is in `StepValues`.
public enum UpdateRule: Sendable, Equatable {
  /// Gradient descent; `momentum` whether rates will have one (Nesterov too), which takes state.
  case sgd(momentum: Bool = false)
  /// Adam, and AdamW with decoupled decay.
  case adam
  /// Adagrad.
  case adagrad
  /// RMSprop; `momentum` whether rates will have one.
  case rmsprop(momentum: Bool = false)
  /// Muon for hidden matrices; Adam for the first and last layer, biases and norms, in group 1.
  case muon
}
