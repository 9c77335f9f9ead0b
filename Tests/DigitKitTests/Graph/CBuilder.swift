import Testing
import ckernels

@testable import DigitKit

/// A network of the C builder and its plan, run on memory of its own: what Swift's plans are compared
/// with.
final class CBuilder {
  private let plan: OpaquePointer
  private let network: OpaquePointer
  private var blocks: [UnsafeMutableRawPointer] = []
  private var run = ck_run_make()
  private var sizes = ck_plan_sizes()

  /// `describe` adds layers and heads to a network.
  init(
    _ options: ck_plan_options, threads: Int32 = 2, seed: UInt64,
    _ describe: (OpaquePointer) -> Void
  ) throws {
    network = try #require(ck_network_create())
    describe(network)
    var options = options
    var bytes: UnsafeMutableRawPointer?
    var size = 0
    try Engine.check(ck_network_plan(network, &options, &bytes, &size))
    defer { ck_network_free_bytes(bytes) }
    var plan: OpaquePointer?
    try Engine.check(ck_plan_create(&plan, bytes, size))
    self.plan = try #require(plan)
    try Engine.check(ck_plan_sizes_get(self.plan, threads, &sizes))
    func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
      let block = UnsafeMutableRawPointer.allocate(byteCount: max(64, bytes), alignment: 64)
      block.initializeMemory(as: UInt8.self, repeating: 0, count: max(64, bytes))
      blocks.append(block)
      return block
    }
    run.parameters = memory(sizes.parameters).assumingMemoryBound(to: Float.self)
    run.gradients = memory(sizes.gradients).assumingMemoryBound(to: Float.self)
    run.state = memory(sizes.state).assumingMemoryBound(to: Float.self)
    run.shared = memory(sizes.shared)
    run.arena = memory(sizes.arena)
    run.arena_bytes = sizes.arena
    run.threads = threads
    try Engine.check(ck_network_initialise(network, run.parameters, seed))
  }

  deinit {
    ck_plan_destroy(plan)
    ck_network_destroy(network)
    for block in blocks { block.deallocate() }
  }

  /// A step; the first head's loss.
  func step(_ images: [UInt8], pixels: Int, _ labels: [Int32], _ values: StepValues) throws
    -> Double
  {
    var images = images
    var labels = labels
    run.phases = UInt32(CK_PREPARE | CK_COMPUTE | CK_UPDATE)
    run.images = Int32(labels.count)
    run.step = values.plain
    try images.withUnsafeMutableBytes { x in
      try labels.withUnsafeMutableBytes { y in
        run.arrays.0 = ck_given(data: x.baseAddress, items: Int64(x.count / pixels))
        run.arrays.1 = ck_given(data: y.baseAddress, items: Int64(y.count / 4))
        try Engine.check(ck_plan_run(plan, &run))
      }
    }
    return run.reports.0.sum / run.reports.0.weight
  }

  /// The parameters by name, in PyTorch's layout.
  func parameters() -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for i in 0..<Int(ck_plan_about(plan).pointee.parameters) {
      var p = ck_plan_parameters(plan)[i]
      let count = Int(p.outer * p.inputs * p.outputs)
      var plain = [Float](repeating: 0, count: count)
      ck_parameter_load(&plain, run.parameters, &p)
      let name = withUnsafeBytes(of: &p.name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      let (outer, inputs, outputs) = (Int(p.outer), Int(p.inputs), Int(p.outputs))
      var torch: [Float] = []
      for o in 0..<outputs {
        for i in 0..<inputs {
          for k in 0..<outer { torch.append(plain[(k * inputs + i) * outputs + o]) }
        }
      }
      result[name] = torch
    }
    return result
  }

  /// Bytes of working space.
  var arena: Int { sizes.arena }
  /// Segments of the plan.
  var segments: Int { Int(ck_plan_about(plan).pointee.segments) }
}
