/// Computes one convolution, forward and its gradient, on every instruction set of this processor
/// and compares each with the plain C of `ref`: the quickest answer to "does it work here?".
public struct SelfCheck: Sendable {
  /// What one instruction set did.
  public struct Result: Sendable {
    /// The instruction set.
    public var instructionSet: String
    /// The largest difference to `ref`, relative to the largest value of its result.
    public var difference: Float
    /// Whether the difference is within what rounding explains.
    public var passed: Bool
    /// Billions of operations per second, forward, on one thread: a glance, not a benchmark.
    public var gflops: Double
  }

  /// A layer as digit networks have it; its sums are of 288 products forward, 1352 in the gradient.
  /// Some pictures, because every call prepares the weights anew: one alone would time just that.
  public static let shape = ConvolutionShape(
    images: 8, height: 15, width: 15, inChannels: 32, outChannels: 64, kernel: 3)

  /// Rounding of sums this long stays well below this; a wrong index or a missing term does not.
  static let tolerance: Float = 1e-4

  /// Runs the check. Throws when the core refuses the call.
  public static func run() throws(EngineError) -> [Result] {
    let x = pattern(
      shape.images * shape.height * shape.width * shape.inChannels, step: 37)
    let w = pattern(shape.kernel * shape.kernel * shape.inChannels * shape.outChannels, step: 53)
    let b = pattern(shape.outChannels, step: 11)
    let plain = try Engine.convolution(x, weights: w, bias: b, shape, instructionSet: "ref")
    let plainGradient = try Engine.convolutionWeightGradient(
      x, dy: plain, shape, instructionSet: "ref")

    var results: [Result] = []
    for set in Engine.instructionSets where set.isAvailable && set.name != "ref" {
      let y = try Engine.convolution(x, weights: w, bias: b, shape, instructionSet: set.name)
      let gradient = try Engine.convolutionWeightGradient(
        x, dy: plain, shape, instructionSet: set.name)
      let difference = worst(
        relativeDifference(y, plain), relativeDifference(gradient.weights, plainGradient.weights),
        relativeDifference(gradient.bias, plainGradient.bias))
      let rate = try rate { () throws(EngineError) in
        _ = try Engine.convolution(x, weights: w, bias: b, shape, instructionSet: set.name)
      }
      results.append(
        Result(
          instructionSet: set.name, difference: difference, passed: difference <= tolerance,
          gflops: rate))
    }
    return results
  }

  /// Values between -1 and 1 that repeat after 101: easy to write down, and no two rows alike.
  static func pattern(_ count: Int, step: Int) -> [Float] {
    (0..<count).map { Float($0 * step % 101 - 50) / 50 }
  }

  /// NaN where a value is NaN, so that the check then fails.
  static func relativeDifference(_ found: [Float], _ wanted: [Float]) -> Float {
    var largest: Float = 0
    var scale: Float = 0
    for (f, w) in zip(found, wanted) {
      largest = worst(largest, abs(f - w))
      scale = worst(scale, abs(w))
    }
    return largest == 0 ? 0 : largest / scale
  }

  /// The largest, or NaN if there is one.
  private static func worst(_ values: Float...) -> Float {
    values.reduce(0) { $1.isNaN || $1 > $0 ? $1 : $0 }
  }

  /// The best of a few timings: the first ones meet cold caches.
  private static func rate(
    _ body: () throws(EngineError) -> Void
  ) throws(EngineError) -> Double {
    var best = Duration.seconds(1)
    let clock = ContinuousClock()
    for _ in 0..<20 {
      let start = clock.now
      try body()
      best = min(best, clock.now - start)
    }
    return Double(shape.operations) / (best / .seconds(1)) / 1e9
  }
}
