/// Rows and columns: `5` is a square, `Extent(3, 5)` three rows of five.
public struct Extent: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// So many rows and columns.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }
  /// A square.
  public init(_ side: Int) { self.init(side, side) }
  /// A square.
  public init(integerLiteral side: Int) { self.init(side, side) }

  /// `3x5`
  public var description: String { "\(height)x\(width)" }
}

/// Rows and columns around a picture.
struct Margins: Sendable, Hashable {
  var top = 0
  var left = 0
  var bottom = 0
  var right = 0

  static func + (a: Margins, b: Margins) -> Margins {
    Margins(
      top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom,
      right: a.right + b.right)
  }
}

/// Zeros around the picture that a window moves over.
public enum Padding: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// None: the window stays inside.
  case valid
  /// As many as it takes for `ceil(size / stride)` to come out; what is odd goes below and right.
  case same
  /// So many rows above and below, columns left and right.
  case pixels(Int, Int)

  /// So many on all sides.
  public init(integerLiteral pixels: Int) { self = .pixels(pixels, pixels) }

  func margins(_ shape: Shape, kernel: Extent, stride: Extent, dilation: Extent) -> Margins {
    func split(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (Int, Int) {
      let out = (size + stride - 1) / stride
      let total = max(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - size)
      return (total / 2, total - total / 2)
    }
    switch self {
    case .valid: return Margins()
    case .pixels(let rows, let columns):
      return Margins(top: rows, left: columns, bottom: rows, right: columns)
    case .same:
      let (top, bottom) = split(shape.height, kernel.height, stride.height, dilation.height)
      let (left, right) = split(shape.width, kernel.width, stride.width, dilation.width)
      return Margins(top: top, left: left, bottom: bottom, right: right)
    }
  }
}

/// The function behind a layer.
public enum Activation: Sendable, Hashable {
  /// `max(0, x)`
  case relu
  /// `x < 0 ? slope * x : x`
  case leakyReLU(slope: Float = 0.01)
  /// `1 / (1 + exp(-x))`
  case sigmoid
  /// `tanh(x)`
  case tanh
  /// `x * P(x)` with the normal distribution function
  case gelu
  /// `x * sigmoid(x)`
  case silu
  /// Over the channels of each row.
  case softmax

  var function: Elementwise.Function? {
    switch self {
    case .relu: .relu
    case .leakyReLU(let slope): .leakyReLU(slope: slope)
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .gelu: .gelu
    case .silu: .silu
    case .softmax: nil
    }
  }
}

/// How a parameter begins. Drawn numbers depend on the seed and the parameter's name alone.
public enum Initialiser: Sendable, Hashable {
  /// He's where ReLU follows, Glorot's elsewhere, both uniform; what layers have unless told otherwise.
  case usual
  /// Uniform, variance `2 / (in + out)`.
  case glorotUniform
  /// Normal, variance `2 / (in + out)`.
  case glorotNormal
  /// Uniform, variance `2 / in`.
  case heUniform
  /// Normal, variance `2 / in`.
  case heNormal
  /// Rows (or columns, whichever are fewer) at right angles, of length `gain`.
  case orthogonal(gain: Float = 1)
  /// All 0.
  case zeros
  /// All the same.
  case constant(Float)
  /// These numbers, in PyTorch's order.
  case values([Float])
}
