import Testing

@testable import DigitKit

@Suite struct TensorDifferencesTests {
  private let header: SafetensorsHeader

  init() throws {
    let tensors = [
      StoredTensor("conv1.weight", [2, 1], pattern(2)), StoredTensor("fc.weight", [3], pattern(3)),
      StoredTensor("old.weight", [1], pattern(1)),
    ]
    header = try Safetensors(bytes: try Safetensors.encode(tensors)).header
  }

  @Test func eachDifferenceIsNamed() throws {
    let differences = TensorDifferences(
      header, wanted: [("conv1.weight", [2, 1]), ("fc.weight", [4]), ("fc.bias", [4])])
    #expect(differences.missing == ["fc.bias"])
    #expect(differences.unexpected == ["old.weight"])
    #expect(differences.different == ["fc.weight: [3] instead of [4]"])
    #expect(
      differences.error("m.safetensors")?.description
        == "m.safetensors: it is of another network: it lacks fc.bias; it has also old.weight; "
        + "it has fc.weight: [3] instead of [4]")
  }

  @Test func aPartMayHaveMore() {
    let wanted = [("conv1.weight", [2, 1])]
    #expect(TensorDifferences(header, wanted: wanted, isPartial: true).isEmpty)
    #expect(TensorDifferences(header, wanted: wanted, isPartial: true).error("m") == nil)
    #expect(!TensorDifferences(header, wanted: wanted).isEmpty)
  }

  @Test func aLineStaysALine() {
    let wanted = (0..<100).map { ("layer\($0).weight", [1]) }
    let error = TensorDifferences(header, wanted: wanted).error("m")
    #expect(error?.reason.contains("layer2.weight and 97 more") == true)
  }

  /// Names out of a file neither break the line nor steer a terminal.
  @Test func namesStayOnTheLine() {
    let error = TensorDifferences(header, wanted: [("a\nb\u{1B}[2J é", [1])], isPartial: true)
      .error("m")
    #expect(error?.reason == "it is of another network: it lacks a\\nb\\u{1B}[2J é")
  }
}
