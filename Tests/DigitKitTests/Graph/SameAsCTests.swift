import Testing
import ckernels

@testable import DigitKit

/// Plans that Swift compiles against those of the C builder: the same network, the same bits.
@Suite struct SameAsCTests {
  @Test func lenet5() throws {
    let model = try Model(Input(28, 28)) {
      Conv2D(channels: 6, kernel: 5, activation: .relu)
      MaxPool2D()
      Conv2D(channels: 16, kernel: 5, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 120, activation: .relu)
      Dense(units: 84, activation: .relu)
      Dense(units: 10)
    }
    #expect(model.parameterCount == 44_426)
    try expectSame(model, pixels: 784) { net in
      var x = ck_network_input(net, 28, 28, 1, CK_BYTES)
      x = conv(net, x, channels: 6, kernel: 5, pool: 1)
      x = conv(net, x, channels: 16, kernel: 5, pool: 1)
      x = dense(net, x, 120, relu: true)
      x = dense(net, x, 84, relu: true)
      return dense(net, x, 10)
    }
  }

  @Test func kerasCNN() throws {
    let model = try Model(Input(28, 28)) {
      Conv2D(channels: 32, kernel: 3)
      ReLU()
      MaxPool2D()
      Conv2D(channels: 64, kernel: 3)
      ReLU()
      MaxPool2D()
      Flatten()
      Dense(units: 128)
      ReLU()
      Dense(units: 10)
    }
    try expectSame(model, pixels: 784, batch: 32) { net in
      var x = ck_network_input(net, 28, 28, 1, CK_BYTES)
      x = conv(net, x, channels: 32, kernel: 3, pool: 1)
      x = conv(net, x, channels: 64, kernel: 3, pool: 1)
      x = dense(net, x, 128, relu: true, byChannel: true)
      return dense(net, x, 10)
    }
  }

  @Test func batchNormAndResidual() throws {
    let model = try Model(Input(12, 12)) {
      Conv2D(channels: 20, kernel: 3, padding: .same, bias: false)
      BatchNorm(activation: .relu)
      Residual(activation: .relu) {
        Conv2D(channels: 20, kernel: 3, padding: 1, bias: false)
        BatchNorm(activation: .relu)
        Conv2D(channels: 20, kernel: 3, padding: 1, bias: false)
        BatchNorm()
      }
      MaxPool2D()
      GlobalAveragePool2D()
      Dense(units: 10)
    }
    try expectSame(model, pixels: 144, batch: 40) { net in
      var x = ck_network_input(net, 12, 12, 1, CK_BYTES)
      x = conv(net, x, channels: 20, kernel: 3, padding: 1, relu: false, bias: false)
      x = ck_network_batch_norm(net, x, reluNorm)
      var y = conv(net, x, channels: 20, kernel: 3, padding: 1, relu: false, bias: false)
      y = ck_network_batch_norm(net, y, reluNorm)
      y = conv(net, y, channels: 20, kernel: 3, padding: 1, relu: false, bias: false)
      y = ck_network_batch_norm(net, y, ck_batch_norm_layer())
      y = ck_network_function(net, ck_network_add(net, y, x), CK_FUNCTION_RELU, 0)
      y = ck_network_pool(net, y, CK_MAX_POOL, 2, 2)
      return dense(net, ck_network_global_average_pool(net, y), 10)
    }
  }

  /// Each optimiser, with clipping, updates fused with gradients, and an average.
  @Test(arguments: [
    TrainingOptions(rule: .sgd()), TrainingOptions(rule: .sgd(momentum: true), clipsByNorm: true),
    TrainingOptions(rule: .adam, fusesUpdates: true), TrainingOptions(rule: .adagrad),
    TrainingOptions(rule: .rmsprop()), TrainingOptions(rule: .rmsprop(momentum: true)),
    TrainingOptions(rule: .muon, clipsByNorm: true, keepsAverage: true),
    TrainingOptions(rule: .muon, fusesUpdates: true),
  ])
  func optimisers(_ training: TrainingOptions) throws {
    let model = try Model(Input(12, 12)) {
      Conv2D(channels: 8, kernel: 3, activation: .relu)
      Conv2D(channels: 20, kernel: 3, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 40, activation: .relu)
      Dense(units: 10)
    }
    try expectSame(model, pixels: 144, batch: 32, training: training) { net in
      var x = ck_network_input(net, 12, 12, 1, CK_BYTES)
      x = conv(net, x, channels: 8, kernel: 3)
      x = conv(net, x, channels: 20, kernel: 3, pool: 1)
      x = dense(net, x, 40, relu: true)
      return dense(net, x, 10)
    }
  }
}

private var reluNorm: ck_batch_norm_layer {
  var layer = ck_batch_norm_layer()
  layer.relu = 1
  return layer
}

/// Three steps of both, from the same first weights, give the same losses and parameters, in no more memory
/// and with no more meetings.
func expectSame(
  _ model: Model, pixels: Int, batch: Int = 64, training: TrainingOptions = TrainingOptions(),
  _ describe: (OpaquePointer) -> Int32
) throws {
  var options = cOptions(training)
  options.purpose = Int32(CK_TRAIN.rawValue)
  options.batch = Int32(batch)
  let c = try CBuilder(options, seed: 7) { net in
    let logits = describe(net)
    let labels = ck_network_labels(net, "labels")
    _ = ck_network_cross_entropy(net, logits, labels, ck_loss_layer())
    _ = ck_network_count_correct(net, logits, labels)
  }
  let parameters = Parameters(for: model)
  parameters.initialise(seed: 7)
  #expect(try dictionary(parameters) == c.parameters())
  let plan = try model.plan(.train(training), batch: batch)
  let runner = try Runner(plan, parameters: parameters, threads: 2)
  let (images, labels) = someDigits(batch, pixels: pixels)
  let data = [
    "input": DataArray(bytes: images, valuesPerItem: pixels), "labels": DataArray(labels: labels),
  ]
  for step in 0..<3 {
    var values = adam(rate: 1e-3)
    values.update = UInt32(step)
    values.groups[0].weightDecay = 1e-3
    values.groups[0].momentum = training.usesMomentum ? 0.9 : 0
    values.groups.append(values.groups[0])
    values.clipNorm = training.clipsByNorm ? 0.5 : 0
    values.averageDecay = 0.9
    values.groups[0].correction1 = Float(1 / (1 - pow(0.9, step + 1)))
    values.groups[0].correction2 = Float(1 / (1 - pow(0.999, step + 1)))
    let result = try runner.run(data, indices: Array(0..<Int64(batch)), values: values)
    let loss = try c.step(images, pixels: pixels, labels, values)
    #expect(result.loss == loss, "step \(step)")
  }
  #expect(try dictionary(parameters) == c.parameters())
  #expect(try plan.sizes(threads: 2).arena <= c.arena)
  #expect(plan.layout.segments.count <= c.segments)
}

private func cOptions(_ training: TrainingOptions) -> ck_plan_options {
  var options = ck_plan_options()
  let rule =
    switch training.rule {
    case .sgd: CK_SGD
    case .adam: CK_ADAM
    case .adagrad: CK_ADAGRAD
    case .rmsprop: CK_RMSPROP
    case .muon: CK_MUON
    }
  options.optimiser = Int32(rule.rawValue)
  options.momentum = training.usesMomentum ? 1 : 0
  options.clip = training.clipsByNorm ? 1 : 0
  options.fuse_updates = training.fusesUpdates ? 1 : 0
  options.average = training.keepsAverage ? 1 : 0
  return options
}

extension TrainingOptions {
  fileprivate var usesMomentum: Bool {
    [.sgd(momentum: true), .rmsprop(momentum: true), .muon].contains(rule)
  }
}

private func pow(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}

private func dictionary(_ parameters: Parameters) throws -> [String: [Float]] {
  var result: [String: [Float]] = [:]
  for info in parameters.table { result[info.name] = try parameters.values(of: info.name) }
  return result
}

/// Blobs that differ by label, with noise: enough to tell right from wrong.
func someDigits(_ count: Int, pixels: Int) -> (images: [UInt8], labels: [Int32]) {
  let noise = Engine.randomNumbers(seed: 3, purpose: .test, count: count * pixels)
  var images: [UInt8] = []
  let labels = (0..<count).map { Int32($0 * 7 % 10) }
  for i in 0..<count {
    for p in 0..<pixels {
      let isBright = p * 10 / pixels == Int(labels[i])
      images.append(UInt8(truncatingIfNeeded: noise[i * pixels + p] % (isBright ? 256 : 64)))
    }
  }
  return (images, labels)
}

func conv(
  _ net: OpaquePointer, _ x: Int32, channels: Int32, kernel: Int32, padding: Int32 = 0,
  relu: Bool = true, pool: Int32 = 0, bias: Bool = true, stride: Int32 = 1
) -> Int32 {
  var layer = ck_conv_layer()
  layer.channels = channels
  layer.kernel = kernel
  layer.padding = padding
  layer.stride = stride
  layer.pool = pool
  layer.no_bias = bias ? 0 : 1
  layer.activation = relu ? Int32(CK_RELU.rawValue) : 0
  return ck_network_conv(net, x, layer)
}

func dense(
  _ net: OpaquePointer, _ x: Int32, _ units: Int32, relu: Bool = false, byChannel: Bool = false
) -> Int32 {
  var layer = ck_dense_layer()
  layer.by_channel = byChannel ? 1 : 0
  layer.units = units
  layer.activation = relu ? Int32(CK_RELU.rawValue) : 0
  return ck_network_dense(net, x, layer)
}
