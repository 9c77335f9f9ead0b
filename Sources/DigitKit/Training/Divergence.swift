/// A loss, gradient or weight that is no longer a number: the run cannot go on.
public struct Divergence: Error, Sendable, Equatable, CustomStringConvertible {
  /// The update, counted from 1.
  public var update: Int
  /// The operation and layer where it first appeared, as the plan names it: `conv2 forward`.
  public var operation: String
  /// The last good checkpoint.
  public var checkpoint: String?

  /// A run that diverged.
  public init(update: Int, operation: String, checkpoint: String?) {
    self.update = update
    self.operation = operation
    self.checkpoint = checkpoint
  }

  /// One line with the remedy.
  public var description: String {
    let rest = checkpoint.map { "; the last good checkpoint is \($0)" } ?? ""
    return "update \(update) is no longer a number, first in \(operation): "
      + "lower the rate or clip gradients\(rest)"
  }
}
