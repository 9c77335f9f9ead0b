import Foundation
import Testing

@testable import DigitKit

/// Model files that PyTorch loads strictly (`Tests/Golden/torch_reads.py`): the same logits to 1e-5.
@Suite struct TorchReadsTests {
  private struct Recorded: Codable {
    var pictures: Int
    var logits: [Float]
  }

  /// A file that DigitKit wrote, and what PyTorch makes of it.
  @Test func logitsOfPyTorch() throws {
    let file = try ModelFile(path: Golden.path("model/sample.safetensors"))
    let recorded = try Golden.decode(Recorded.self, from: "model/sample.logits.json")
    let found = try logits(file)
    let largest = recorded.logits.reduce(0) { max($0, abs($1)) }
    #expect(found.count == recorded.logits.count)
    for (a, b) in zip(found, recorded.logits) {
      #expect(abs(a - b) <= 1e-5 * largest, "\(a) instead of \(b)")
    }
  }

  /// Writing has not changed since: the same model gives the same file, the version it tells aside.
  @Test func fileIsStillTheSame() throws {
    var recorded = try Safetensors(path: Golden.path("model/sample.safetensors")).metadata
    let file = try sampleFile()
    var written = try file.part()
    written.metadata["digitkit.version"] = recorded["digitkit.version"]
    let bytes = try Safetensors.encode(written.tensors, metadata: written.metadata)
    #expect(try read(Golden.path("model/sample.safetensors")) == bytes)
    recorded["digitkit.version"] = Engine.version
    #expect(try file.part().metadata == recorded)
  }

  /// With DIGITKIT_RECORD=<folder>: the sample and the networks of the zoo as files, their logits beside
  /// them, for `torch_reads.py`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DIGITKIT_RECORD"] != nil))
  func writeFilesForPyTorch() throws {
    let folder = ProcessInfo.processInfo.environment["DIGITKIT_RECORD"] ?? "."
    var files = [try sampleFile()]
    for name in Zoo.names {
      let model = try Zoo.model(name)
      let parameters = Parameters(for: model)
      parameters.initialise(seed: 1)
      for (i, info) in model.parameters.enumerated() where info.shape.count == 1 {
        let noise = pattern(info.count, step: i)
        try parameters.set(
          info.name, to: zip(parameters.values(of: info.name), noise).map { $0 + abs($1) / 4 })
      }
      files.append(ModelFile(model, parameters: parameters))
    }
    for file in files {
      let path = "\(folder)/\(file.model.name)"
      try file.write(to: path + ".safetensors")
      let recorded = Recorded(pictures: 5, logits: try logits(file))
      try JSONEncoder().encode(recorded).write(to: URL(fileURLWithPath: path + ".logits.json"))
    }
  }
}
