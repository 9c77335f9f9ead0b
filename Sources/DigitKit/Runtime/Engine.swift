import ckernels

/// The C core as the rest of DigitKit sees it. Only files of this folder import `ckernels`.
public enum Engine {
  /// The version of the library that is linked.
  public static var version: String { String(cString: ck_version()) }

  /// Whether the core was built with OpenMP; without it everything runs on one thread.
  public static var hasOpenMP: Bool { ck_has_openmp() != 0 }

  /// Threads used unless a call says otherwise: the processors this process may run on, within
  /// the quota of its control group.
  public static var defaultThreads: Int { Int(ck_default_threads()) }

  /// One set of compiled kernels.
  public struct InstructionSet: Sendable, Equatable {
    /// `ref`, `base`, `avx2`, `avx512` or `neon`.
    public var name: String
    /// Whether this processor runs it.
    public var isAvailable: Bool
  }

  /// What this build holds, slowest first.
  public static var instructionSets: [InstructionSet] {
    var sets: [InstructionSet] = []
    while let name = ck_isa_name(Int32(sets.count)) {
      sets.append(
        InstructionSet(name: String(cString: name), isAvailable: ck_isa_available(name) != 0))
    }
    return sets
  }

  /// The set in use: the one `CK_ISA` names, otherwise the fastest this processor runs.
  public static func chosenInstructionSet() throws(EngineError) -> String {
    String(cString: ck_kernels_isa(try kernels(nil)))
  }

  /// `y`, the convolution of `x` by `weights` plus `bias`, on the calling thread.
  public static func convolution(
    _ x: [Float], weights: [Float], bias: [Float], _ shape: ConvolutionShape,
    instructionSet: String? = nil
  ) throws(EngineError) -> [Float] {
    let sizes = try shape.sizes()
    try expect(x.count, sizes.input, "x")
    try expect(weights.count, sizes.weights, "weights")
    try expect(bias.count, shape.outChannels, "bias")
    var y = [Float](repeating: 0, count: sizes.output)
    var plain = shape.plain
    try check(
      ck_convolution_forward(&y, x, weights, bias, &plain, try kernels(instructionSet)))
    return y
  }

  /// The gradients by weights and bias of a convolution whose output has the gradient `dy`.
  public static func convolutionWeightGradient(
    _ x: [Float], dy: [Float], _ shape: ConvolutionShape, instructionSet: String? = nil
  ) throws(EngineError) -> (weights: [Float], bias: [Float]) {
    let sizes = try shape.sizes()
    try expect(x.count, sizes.input, "x")
    try expect(dy.count, sizes.output, "dy")
    var dw = [Float](repeating: 0, count: sizes.weights)
    var db = [Float](repeating: 0, count: shape.outChannels)
    var plain = shape.plain
    try check(
      ck_convolution_backward_weight(&dw, &db, x, dy, &plain, try kernels(instructionSet)))
    return (dw, db)
  }

  static func kernels(_ name: String?) throws(EngineError) -> UnsafePointer<ck_kernels> {
    guard let table = ck_kernels_get(name) else { throw EngineError.latest(CK_ERROR_ISA) }
    return table
  }

  static func check(_ status: ck_status) throws(EngineError) {
    if status != CK_OK { throw EngineError.latest(status) }
  }

  private static func expect(_ found: Int, _ wanted: Int, _ name: String) throws(EngineError) {
    if found != wanted {
      throw EngineError(message: "\(name) must hold \(wanted) values, not \(found)")
    }
  }
}

/// A call that the C core refused: what it expected and what it found.
public struct EngineError: Error, Equatable, CustomStringConvertible {
  /// One line for a reader.
  public var message: String

  /// The same line.
  public var description: String { message }

  fileprivate static func latest(_ status: ck_status) -> EngineError {
    let message = String(cString: ck_error_message())
    return EngineError(message: message.isEmpty ? String(cString: ck_strerror(status)) : message)
  }
}

/// Pictures of `[image][y][x][channel]` under a square kernel of stride 1 without padding;
/// weights are `[ky][kx][in][out]`.
public struct ConvolutionShape: Sendable, Equatable {
  /// How many pictures.
  public var images: Int
  /// Rows of a picture.
  public var height: Int
  /// Columns of a picture.
  public var width: Int
  /// Channels of the input.
  public var inChannels: Int
  /// Channels of the output.
  public var outChannels: Int
  /// Rows and columns of the kernel.
  public var kernel: Int

  /// A shape; it is checked by the call that uses it.
  public init(
    images: Int = 1, height: Int, width: Int, inChannels: Int, outChannels: Int, kernel: Int
  ) {
    self.images = images
    self.height = height
    self.width = width
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernel = kernel
  }

  /// Two operations, a product and a sum, per weight and output pixel.
  public var operations: Int {
    2 * images * (height - kernel + 1) * (width - kernel + 1) * kernel * kernel * inChannels
      * outChannels
  }

  fileprivate var plain: ck_convolution {
    // Clamped: a size that does not fit is refused by the core as too large.
    ck_convolution_make(
      Int32(clamping: images), Int32(clamping: height), Int32(clamping: width),
      Int32(clamping: inChannels), Int32(clamping: outChannels), Int32(clamping: kernel))
  }

  fileprivate func sizes() throws(EngineError) -> (input: Int, weights: Int, output: Int) {
    var outHeight: Int32 = 0
    var outWidth: Int32 = 0
    var plain = plain
    let status = ck_convolution_output(&outHeight, &outWidth, &plain)
    if status != CK_OK { throw EngineError.latest(status) }
    return (
      try product(images, height, width, inChannels),
      try product(kernel, kernel, inChannels, outChannels),
      try product(images, Int(outHeight), Int(outWidth), outChannels)
    )
  }

  private func product(_ sizes: Int...) throws(EngineError) -> Int {
    var total = 1
    for size in sizes {
      let (next, overflow) = total.multipliedReportingOverflow(by: size)
      if overflow { throw EngineError(message: "the sizes \(sizes) together are too large") }
      total = next
    }
    return total
  }
}
