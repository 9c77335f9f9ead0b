/// How a model came about: enough to judge it, and to make it again.
public struct TrainingRecord: Sendable, Equatable, Codable {
  /// What it was trained on: `mnist, 55000 of 60000`.
  public var data: String
  /// Of all its random numbers.
  public var seed: UInt64
  /// Passes over the data.
  public var epochs: Int?
  /// Updates of its weights.
  public var updates: Int?
  /// On pictures that it was not trained on, but chosen by; from 0 to 1.
  public var validationAccuracy: Double?
  /// On pictures that were looked at once, at the end.
  public var testAccuracy: Double?
  /// What the logits were divided by after training, within the weights; nil: they are as training left them.
  public var temperature: Double?
  /// The version of DigitKit that trained it.
  public var version: String

  /// A record; what is not known is nil.
  public init(
    data: String, seed: UInt64, epochs: Int? = nil, updates: Int? = nil,
    validationAccuracy: Double? = nil, testAccuracy: Double? = nil,
    temperature: Double? = nil, version: String = Engine.version
  ) {
    self.data = data
    self.seed = seed
    self.epochs = epochs
    self.updates = updates
    self.validationAccuracy = validationAccuracy
    self.testAccuracy = testAccuracy
    self.temperature = temperature
    self.version = version
  }
}

/// How pictures become the numbers a network reads, for programs that do not read its architecture.
struct Preprocessing: Equatable, Codable {
  /// The array.
  var name: String
  /// Of the pictures given; they are laid into the middle of `networkHeight` x `networkWidth` zeros.
  var height: Int
  var width: Int
  var networkHeight: Int
  var networkWidth: Int
  var channels: Int
  /// `bytes` or `floats`
  var values: String
  /// Per channel: `value * scale + shift`.
  var scale: [Float]
  var shift: [Float]

  init(_ input: Input) {
    name = input.name
    height = input.sourceHeight
    width = input.sourceWidth
    networkHeight = input.height
    networkWidth = input.width
    channels = input.channels
    values = input.type == .bytes ? "bytes" : "floats"
    scale = input.scale
    shift = input.shift
  }
}
