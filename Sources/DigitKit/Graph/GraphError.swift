/// A network that cannot be: which layer, what arrived, what it needs, and what to do.
public struct GraphError: Error, Equatable, CustomStringConvertible {
  /// One line for a reader.
  public var message: String

  /// The same line.
  public var description: String { message }

  init(_ message: String) { self.message = message }

  /// `layer "dense1": got 7x7x64, needs a flat input; put Flatten() before it`
  init(layer: String, got: String, needs: String, remedy: String) {
    message = "layer \"\(layer)\": got \(got), needs \(needs); \(remedy)"
  }
}
