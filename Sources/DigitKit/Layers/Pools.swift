/// The largest number of each window, per channel.
public struct MaxPool2D: NamedLayer {
  /// `MaxPool2D`
  public static let kind = "MaxPool2D"
  /// `pool1`
  public static let usualName = "pool"

  /// Rows and columns of the window.
  public var size: Extent
  /// Steps of the window; nil: its size.
  public var stride: Extent?
  /// Around the picture, where nothing is larger.
  public var padding: Padding
  /// Its name; nil: `pool1` and so on.
  public var name: String?

  /// A pool of 2x2 unless told otherwise.
  public init(
    size: Extent = 2, stride: Extent? = nil, padding: Padding = .valid, name: String? = nil
  ) {
    self.size = size
    self.stride = stride
    self.padding = padding
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.pool(.maximum, inputs[0], size, stride, padding, name)
  }
}

/// The mean of each window, per channel; padding is not counted.
public struct AveragePool2D: NamedLayer {
  /// `AveragePool2D`
  public static let kind = "AveragePool2D"
  /// `pool1`
  public static let usualName = "pool"

  /// Rows and columns of the window.
  public var size: Extent
  /// Steps of the window; nil: its size.
  public var stride: Extent?
  /// Around the picture.
  public var padding: Padding
  /// Its name; nil: `pool1` and so on.
  public var name: String?

  /// A pool of 2x2 unless told otherwise.
  public init(
    size: Extent = 2, stride: Extent? = nil, padding: Padding = .valid, name: String? = nil
  ) {
    self.size = size
    self.stride = stride
    self.padding = padding
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.pool(.average, inputs[0], size, stride, padding, name)
  }
}

/// One number of each window, drawn with a probability in proportion to it while training; the
/// expectation of that afterwards (Zeiler and Fergus 2013). Behind ReLU: negative numbers count as 0.
public struct StochasticPool2D: NamedLayer {
  /// `StochasticPool2D`
  public static let kind = "StochasticPool2D"
  /// `pool1`
  public static let usualName = "pool"

  /// Rows and columns of the window.
  public var size: Extent
  /// Steps of the window; nil: its size.
  public var stride: Extent?
  /// Its name; nil: `pool1` and so on.
  public var name: String?

  /// A pool of 2x2 unless told otherwise.
  public init(size: Extent = 2, stride: Extent? = nil, name: String? = nil) {
    self.size = size
    self.stride = stride
    self.name = name
  }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.pool(.stochastic, inputs[0], size, stride, .valid, name)
  }
}

/// The mean of all pixels, per channel: a flat row, instead of Flatten.
public struct GlobalAveragePool2D: NamedLayer {
  /// `GlobalAveragePool2D`
  public static let kind = "GlobalAveragePool2D"
  /// `pool1`
  public static let usualName = "pool"

  /// Its name; nil: `pool1` and so on.
  public var name: String?

  /// A pool over the whole picture.
  public init(name: String? = nil) { self.name = name }

  /// Adds it to a network.
  public func build(_ inputs: [Value], name: String, in network: Network) throws -> Value {
    try network.append(GlobalAveragePool(), name: name, inputs: inputs)
  }
}

extension Network {
  fileprivate func pool(
    _ kind: Pool.Kind, _ x: Value, _ size: Extent, _ stride: Extent?, _ padding: Padding,
    _ name: String
  ) throws -> Value {
    let stride = stride ?? size
    let number = nextRandomNumber()
    let sides = [size.height, size.width, stride.height, stride.width]
    guard sides.allSatisfy({ (1...4096).contains($0) }), size.height * size.width <= 255 else {
      throw GraphError(
        layer: name, got: "size \(size), stride \(stride)", needs: "1 to 255 pixels, stride from 1",
        remedy: "use GlobalAveragePool2D() for the whole picture")
    }
    let margins = padding.margins(x.shape, kernel: size, stride: stride, dilation: 1)
    // A window of padding alone would have no maximum and no mean.
    guard margins.top < size.height, margins.left < size.width, margins.top >= 0, margins.left >= 0
    else {
      throw GraphError(
        layer: name, got: "padding \(margins.top)x\(margins.left)",
        needs: "less than its window, \(size)", remedy: "pad in the convolution before it")
    }
    let pool = Pool(kind: kind, size: size, stride: stride, margins: margins, number: number)
    return try append(pool, name: name, inputs: [x])
  }
}
