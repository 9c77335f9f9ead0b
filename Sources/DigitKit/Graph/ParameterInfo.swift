/// A named array of a network's parameters: weights, running statistics or constants.
public struct ParameterInfo: Sendable, Equatable {
  /// What it is for.
  public enum Kind: Sendable, Equatable {
    /// Trained.
    case weight
    /// A running statistic: saved with the weights, not trained.
    case statistic
    /// Given by the loss, such as the weights of classes. Not saved.
    case constant
  }

  /// `conv1.weight`: as the equivalent PyTorch module calls it.
  public var name: String
  /// What it is for.
  public var kind: Kind
  /// Whether training changes it.
  public var isTrained: Bool
  /// As PyTorch has it: `[out, in, ky, kx]`, `[out, in]`, or `[n]`.
  public var shape: [Int]
  /// How it begins.
  public var initialiser: Initialiser
  /// The layer that has it first.
  public var layer: String
  /// Whether ReLU or its like follows, which decides the usual first values.
  var isRectified = false
  var layout: ParameterLayout
  /// Bytes from the beginning of the block.
  var offset = 0

  /// Numbers, without padding.
  public var count: Int { shape.reduce(1, *) }
}

/// How a parameter lies in memory: `outer x inputs x outputs`, inputs and outputs padded.
/// `[ky * kx][in][out]`, `[pixel][channel][out]` or `[1][1][n]`.
struct ParameterLayout: Sendable, Equatable {
  var outer: Int
  var inputs: Int
  var storedInputs: Int
  var outputs: Int
  var storedOutputs: Int
  /// Numbers that one output adds up, and outputs that see one number; for first values.
  var fanIn: Int
  var fanOut: Int

  /// A vector of one number per channel.
  static func vector(_ count: Int) -> ParameterLayout {
    ParameterLayout(
      outer: 1, inputs: 1, storedInputs: 1, outputs: count,
      storedOutputs: Shape.storedChannels(count), fanIn: count, fanOut: count)
  }

  var isVector: Bool { outer == 1 && inputs == 1 }
  var storedCount: Int { outer * storedInputs * storedOutputs }
  var bytes: Int { roundedUp(storedCount * 4, to: 64) }

  /// For each number in PyTorch's order, `[out][in][outer]`, its place among the padded.
  func forEachPlace(_ body: (_ plain: Int, _ stored: Int) -> Void) {
    var plain = 0
    for output in 0..<outputs {
      for input in 0..<inputs {
        for place in 0..<outer {
          body(plain, (place * storedInputs + input) * storedOutputs + output)
          plain += 1
        }
      }
    }
  }
}

func roundedUp(_ value: Int, to step: Int) -> Int { (value + step - 1) / step * step }

extension Graph {
  /// Lays the parameters one behind the other, first those that updates treat alike: vectors,
  /// matrices, statistics, constants. The bytes they take together.
  mutating func layOutParameters() -> Int {
    func rank(_ p: ParameterInfo) -> Int {
      switch p.kind {
      case .weight: p.layout.isVector ? 0 : 1
      case .statistic: 2
      case .constant: 3
      }
    }
    var offset = 0
    for wanted in 0...3 {
      for i in parameters.indices where rank(parameters[i]) == wanted {
        parameters[i].offset = offset
        offset += parameters[i].layout.bytes
      }
    }
    return offset
  }
}
