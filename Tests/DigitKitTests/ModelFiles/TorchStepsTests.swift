import Foundation
import Testing

@testable import DigitKit

/// Five networks of PyTorch, whose weights are read from its files and trained three steps: losses and
/// all gradients of each step, and the weights at the end, against those PyTorch had
/// (`Tests/Golden/steps.py`).
///
/// Both compute in 32 bits, in different orders. Allowed are 2e-6 of a loss, and 2e-5 of a tensor's
/// largest number for gradients (found: up to 1e-5); for weights see `TorchNetwork.tolerance`.
@Suite struct TorchStepsTests {
  @Test(arguments: TorchNetwork.all) func threeSteps(_ network: TorchNetwork) throws {
    let recorded = try Safetensors(path: Golden.path("steps/\(network.name).steps.safetensors"))
    let losses = try JSONDecoder().decode(
      [Double].self, from: Data(try #require(recorded.metadata["losses"]).utf8))
    let model = try network.model()
    let parameters = Parameters(for: model)
    try parameters.read(
      from: Safetensors(path: Golden.path("steps/\(network.name).safetensors")))
    let plan = try model.plan(.train(TrainingOptions(rule: network.optimiser.rule)), batch: 16)
    let runner = try Runner(plan, parameters: parameters, threads: 2)
    let pixels = network.side * network.side
    let data = [
      "input": DataArray(bytes: hashedPictures(48 * pixels), valuesPerItem: pixels),
      "labels": DataArray(labels: (0..<48).map { Int32(($0 * 7 + 3) % 10) }),
    ]
    for step in 0..<3 {
      var values = StepValues()
      values.groups = [network.optimiser.values(step: step + 1)]
      values.update = UInt32(step)
      let indices = (step * 16..<step * 16 + 16).map { Int64($0) }
      let result = try runner.run(data, indices: indices, values: values)
      #expect(isClose(result.loss, losses[step], 2e-6), "step \(step + 1): \(result.loss)")
      for info in model.parameters where info.isTrained {
        let error = difference(
          try runner.gradient(of: info.name), try recorded.floats("\(step + 1)/\(info.name)"))
        #expect(error <= 2e-5, "step \(step + 1), gradient of \(info.name): \(error)")
      }
    }
    for tensor in try parameters.tensors(batchesTracked: 3) {
      guard case .floats(let values) = tensor.values else {
        #expect(tensor.values == .integers(try recorded.integers("end/\(tensor.name)")))
        continue
      }
      let error = difference(values, try recorded.floats("end/\(tensor.name)"))
      #expect(error <= network.tolerance, "\(tensor.name) at the end: \(error)")
    }
  }
}

/// The largest difference, as a part of the largest number wanted. A bias before a normalisation has
/// the gradient 0: all that is there is rounding, up to 1e-7 here, so small tensors count as 0.01.
private func difference(_ found: [Float], _ wanted: [Float]) -> Float {
  guard found.count == wanted.count else { return .infinity }
  let largest = wanted.reduce(0) { max($0, abs($1)) }
  return zip(found, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, 1e-2)
}

/// Bytes as `steps.py` makes them.
func hashedPictures(_ count: Int) -> [UInt8] {
  (0..<UInt32(count)).map { i in
    var x = i &* 2_654_435_761 &+ 12345
    x ^= x >> 15
    x = x &* 2_246_822_519
    x ^= x >> 13
    return UInt8(x >> 24)
  }
}
