import Foundation
import Testing

@testable import DigitKit

@Suite struct SafetensorsTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// The tensors of `model.safetensors`, as `Tests/Golden/safetensors_files.py` makes them.
  static let tensors = [
    StoredTensor("conv1.weight", [3, 2, 2, 2], pattern(24)),
    StoredTensor("conv1.bias", [3], pattern(3)),
    StoredTensor("bn.num_batches_tracked", [], .integers([7])),
    StoredTensor("bn.running_mean", [3], pattern(3)),
    StoredTensor("empty", [0, 4], [Float]()),
  ]
  static let metadata = [
    "digitkit.architecture": "{\"layers\": [\"conv\"]}",
    "names": "z\u{e9}ro \"one\"\n\u{1} \u{1d7d9}",
  ]

  @Test func readsWhatTheReferenceWrote() throws {
    let file = try Safetensors(path: Golden.path("safetensors/model.safetensors"))
    #expect(file.metadata == SafetensorsTests.metadata)
    #expect(Set(file.names) == Set(SafetensorsTests.tensors.map(\.name)))
    for tensor in SafetensorsTests.tensors {
      #expect(file[tensor.name]?.shape == tensor.shape)
      if case .floats(let values) = tensor.values {
        #expect(try file.floats(tensor.name) == values)
      }
    }
    #expect(try file.integers("bn.num_batches_tracked") == [7])
    #expect(file.names(matching: "conv1.*").sorted() == ["conv1.bias", "conv1.weight"])
  }

  /// Byte for byte, so that what the reference reads in ours need not be asked each time.
  @Test func writesWhatTheReferenceWrites() throws {
    let path = folder.path + "/model.safetensors"
    try Safetensors.write(SafetensorsTests.tensors, metadata: SafetensorsTests.metadata, to: path)
    let ours = try read(path)
    #expect(ours == (try read(Golden.path("safetensors/model.safetensors"))))
    #expect(
      ours
        == (try Safetensors.encode(SafetensorsTests.tensors, metadata: SafetensorsTests.metadata)))
    #expect(folder.names == ["model.safetensors"])
  }

  @Test func readsEveryType() throws {
    let file = try Safetensors(path: Golden.path("safetensors/types.safetensors"))
    for name in ["f16", "f32", "f64"] { #expect(try file.floats(name) == pattern(5), "\(name)") }
    let extremes: [Float] = [0x1p-24, -6.097555e-05, 65504, .infinity, -0.0]
    let read = try file.floats("half-extremes")
    #expect(zip(read, extremes).allSatisfy { $0.bitPattern == $1.bitPattern }, "\(read)")
    #expect(try file.integers("i64") == [.min, .max])
    #expect(try file.integers("i32") == [-5, 6])
    #expect(try file.bytes("u8") == [6, 255, 0])
    #expect(try file.bytes("bool") == [1, 0, 1])
    #expect(file["u64"]?.type == .uint64)
  }

  @Test func wrongQuestionsAreErrors() throws {
    let file = try Safetensors(path: Golden.path("safetensors/types.safetensors"))
    #expect(throws: FileError.self) { try file.floats("f128") }
    #expect(throws: FileError.self) { try file.floats("i64") }
    #expect(throws: FileError.self) { try file.integers("f32") }
    #expect(throws: FileError.self) { try Safetensors(path: folder.path) }
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: FileError.self) { try Safetensors(path: pipe) }
    #expect(throws: FileError.self) { try IDX(pipe, .labels) }
    let missing = #expect(throws: FileError.self) { try Safetensors(path: folder.path + "/no") }
    #expect(missing?.kind == .missing)
  }

  @Test func whatCannotBeWrittenIsAnError() {
    let a = StoredTensor("a", [2], pattern(2))
    #expect(throws: FileError.self) { try Safetensors.encode([a, a]) }
    #expect(throws: FileError.self) { try Safetensors.encode([StoredTensor("b", [3], pattern(2))]) }
    #expect(throws: FileError.self) {
      try Safetensors.encode([StoredTensor("b", [-1, -2], pattern(2))])
    }
    #expect(throws: FileError.self) {
      try Safetensors.encode([StoredTensor("__metadata__", [2], pattern(2))])
    }
  }

  /// A file that another program cuts short after it was opened.
  @Test func aFileThatShrinksIsAnError() throws {
    let path = try folder.write(
      try Safetensors.encode([StoredTensor("a", [1000], pattern(1000))]), "shrinks.safetensors")
    let file = try Safetensors(path: path)
    #expect(truncate(path, 500) == 0)
    let error = #expect(throws: FileError.self) { try file.floats("a") }
    #expect(error?.reason.contains("shorter") == true)
  }
}
