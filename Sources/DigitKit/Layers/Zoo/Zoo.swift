/// Networks by name, ready to train on pictures of 28x28 bytes.
///
///     let model = try Zoo.model("lenet5")
public enum Zoo {
  /// One of them.
  public struct Entry: Sendable {
    /// How it is asked for.
    public var name: String
    /// What it is, in a few words.
    public var summary: String
    /// Where it comes from.
    public var source: String
    let layers: @Sendable (_ classes: Int) -> [any Layer]
    let input: Input

    /// Layers as a builder lists them.
    init(
      name: String, summary: String, source: String, input: Input = Input(28, 28),
      @LayerBuilder layers: @escaping @Sendable (_ classes: Int) -> [any Layer]
    ) {
      self.name = name
      self.summary = summary
      self.source = source
      self.input = input
      self.layers = layers
    }
  }

  /// All of them, simplest first.
  public static let entries: [Entry] =
    baselines + accounts + [vgg16, alexNet, resNet18, inception, denseNet] + own

  /// Their names.
  public static var names: [String] { entries.map(\.name) }

  /// A network by name; an unknown one is an error with the nearest name.
  public static func model(
    _ name: String, classes: Int = 10, loss: Loss? = .crossEntropy()
  ) throws -> Model {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw GraphError("there is no network \"\(name)\"\(nearest(name, in: names))")
    }
    return try Model(
      Sequential(entry.layers(classes)), input: entry.input, loss: loss, name: entry.name)
  }
}
