import Testing

@testable import DigitKit

@Suite struct ZooTests {
  @Test(arguments: [
    ("softmax", 7_850), ("mlp", 535_818), ("lenet5", 44_426), ("lenet5-dropout", 34_622),
    ("keras-cnn", 225_034), ("pytorch-cnn", 421_642), ("conv3", 904_522), ("vgg16", 14_989_770),
    ("alexnet", 1_460_074), ("resnet18", 11_172_810), ("inception", 71_610),
    ("densenet", 160_570), ("fast", 46_794), ("tiny", 8_930), ("digitnet", 493_834),
  ])
  func parameterCounts(_ name: String, _ count: Int) throws {
    #expect(try Zoo.model(name).parameterCount == count)
  }

  @Test func allAreCounted() { #expect(Zoo.names.count == 15) }

  @Test func unknownNameHasTheNearest() {
    let error = #expect(throws: GraphError.self) { try Zoo.model("lenet") }
    #expect(error?.message == "there is no network \"lenet\"; did you mean \"lenet5\"?")
  }

  /// Every network compiles for every purpose; the C core checks the plans.
  @Test(arguments: Zoo.names) func compiles(_ name: String) throws {
    let model = try Zoo.model(name)
    for rule in [UpdateRule.adam, .sgd(momentum: true), .muon] {
      _ = try model.plan(.train(TrainingOptions(rule: rule)), batch: 32)
    }
    _ = try model.plan(.measure(results: [.probabilities, .logits]), batch: 100)
    _ = try model.plan(.predict(), batch: 1)
  }

  /// A step of the smaller ones lowers the loss on the batch it was made from.
  @Test(arguments: [
    "softmax", "mlp", "lenet5", "keras-cnn", "inception", "fast", "tiny", "digitnet",
  ])
  func learns(_ name: String) throws {
    let model = try Zoo.model(name)
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    let runner = try Runner(model.plan(.train(), batch: 20), parameters: parameters)
    let (images, labels) = someDigits(20, pixels: 784)
    let data = [
      "input": DataArray(bytes: images, valuesPerItem: 784), "labels": DataArray(labels: labels),
    ]
    var values = adam(rate: 1e-3)
    var losses: [Double] = []
    for step in 0..<12 {
      values.update = UInt32(step)
      losses.append(try runner.run(data, indices: Array(0..<20), values: values).loss)
    }
    #expect(losses[11] < losses[0], "\(losses)")
  }

  @Test func namesOfResNetAreThoseOfPyTorch() throws {
    let names = Set(try Zoo.model("resnet18").parameters.map(\.name))
    for name in [
      "conv1.weight", "bn1.running_var", "layer1.0.conv2.weight", "layer2.0.shortcut.0.weight",
      "layer2.0.shortcut.1.bias", "linear.bias",
    ] {
      #expect(names.contains(name), "\(name)")
    }
  }
}

/// Adam's usual values, without corrections.
func adam(rate: Float) -> StepValues {
  var values = StepValues()
  values.groups[0].rate = rate
  values.groups[0].beta1 = 0.9
  values.groups[0].beta2 = 0.999
  values.groups[0].epsilon = 1e-8
  return values
}
