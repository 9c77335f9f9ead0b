import Foundation
import Testing

@testable import DigitKit

/// Model files that were cut, changed or forged: one line each, never a model that is quietly another.
@Suite struct ModelFileAttackTests {
  private let good: [UInt8]
  init() throws { good = try sampleFile().bytes() }

  /// Wherever it is cut. All of the header, and samples of the data.
  @Test func truncations() throws {
    let header = Int(good[0]) + Int(good[1]) << 8 + 8
    let places =
      Array(stride(from: 0, to: header, by: 7))
      + Array(stride(from: header, to: good.count, by: 613))
    for place in places + [good.count - 1] {
      expectLine(Array(good[..<place]), "cut at \(place)")
    }
    expectLine(good + [0], "longer")
  }

  /// A changed bit of the weights is found by the checksum.
  @Test func flippedBitsOfWeights() {
    let data = Int(good[0]) + Int(good[1]) << 8 + 8
    for place in stride(from: data, to: good.count, by: 487) {
      var bytes = good
      bytes[place] ^= 1 << UInt8(place % 8)
      expectLine(bytes, "bit of byte \(place)")
    }
  }

  /// Random changes of the header give an error, or a model whose weights are the same: 400 of them, or
  /// as many as DIGITKIT_FUZZ says.
  @Test func mutationsOfTheHeader() throws {
    let header = Int(good[0]) + Int(good[1]) << 8 + 8
    let count = ProcessInfo.processInfo.environment["DIGITKIT_FUZZ"].flatMap { Int($0) } ?? 400
    let words = Array("0123456789[]{},:\"\\ -eF".utf8)
    let random = Engine.randomNumbers(seed: 9, purpose: .test, count: 3 * count)
    let tensors = try sampleFile().parameters.tensors()
    for i in 0..<count {
      var bytes = good
      for k in 0..<(i % 3 + 1) {
        let place = 8 + Int(random[3 * i + k]) % (header - 8)
        bytes[place] = words[Int(random[3 * i + k] >> 20) % words.count]
      }
      do {
        let file = try ModelFile(bytes: bytes, name: "m")
        #expect(
          try file.parameters.tensors().map(\.values) == tensors.map(\.values), "mutation \(i)")
      } catch {
        #expect(error is FileError && !"\(error)".contains("\n"), "mutation \(i): \(error)")
      }
    }
  }

  @Test(arguments: [
    ("digitkit.architecture", "{", "not JSON that can be used"),
    ("digitkit.architecture", #"{"format": 1, "format": 2}"#, "not JSON that can be used"),
    ("digitkit.architecture", String(repeating: "[", count: 100_000), "not JSON that can be used"),
    ("digitkit.architecture", "{}", "its network cannot be built"),
    ("digitkit.classes", "[1, 2]", "damaged"),
    ("digitkit.classes", #"["a"]"#, "the names of 1 classes"),
    ("digitkit.record", #"{"data": 3}"#, "damaged"),
    ("digitkit.record", "nonsense", "damaged"),
    ("digitkit.preprocessing", "[]", "and its network's inputs differ"),
    ("digitkit.checksum", "00000000", "damaged"),
  ])
  func forgedMetadata(_ key: String, _ value: String, _ part: String) throws {
    var file = try sampleFile().part()
    file.metadata[key] = value
    let bytes = try Safetensors.encode(file.tensors, metadata: file.metadata)
    let error = #expect(throws: FileError.self) { try ModelFile(bytes: bytes, name: "m") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("m: ") == true)
  }

  /// A network of gigabytes in a file of kilobytes is refused before memory is taken for it.
  @Test func networkFarLargerThanTheFile() throws {
    var file = try sampleFile().part()
    let architecture = try #require(file.metadata["digitkit.architecture"])
    file.metadata["digitkit.architecture"] = architecture.replacing(
      "\"units\": 10", with: "\"units\": 60000"
    )
    .replacing("\"channels\": 12", with: "\"channels\": 4000")
    for key in ["digitkit.classes"] { file.metadata[key] = nil }
    let bytes = try Safetensors.encode(file.tensors, metadata: file.metadata)
    #expect(throws: FileError.self) { try ModelFile(bytes: bytes, name: "m") }
  }

  private func expectLine(_ bytes: [UInt8], _ what: String) {
    let error = #expect(throws: FileError.self, "\(what)") {
      try ModelFile(bytes: bytes, name: "m")
    }
    #expect(error?.description.hasPrefix("m: ") == true, "\(what)")
    #expect(error?.description.contains("\n") == false, "\(what)")
  }
}
