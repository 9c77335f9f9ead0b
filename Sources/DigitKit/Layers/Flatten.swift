/// A picture as one row of numbers, for Dense. Nothing moves in memory.
public struct Flatten: NamedLayer {
  /// `Flatten`
  public static let kind = "Flatten"
  /// `flatten1`
  public static let usualName = "flatten"

  /// Its name; nil: `flatten1` and so on.
  public var name: String?

  /// A row of all numbers.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.append(FlattenOperation(), name: name, inputs: inputs)
  }
}
