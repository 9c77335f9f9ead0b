import Testing

@testable import DigitKit

@Suite struct JoinedSetsTests {
  private func set(_ bytes: [UInt8], _ labels: [Int32], width: Int = 2, classes: Int = 3) throws
    -> ImageSet
  {
    try ImageSet(pixels: bytes, labels: labels, height: 1, width: width, classes: classes)
  }

  @Test func setsAreJoinedInTheirOrder() throws {
    let joined = try ImageSet(joining: [
      set([1, 2, 3, 4], [0, 2]), set([5, 6], [4], classes: 5), set([7, 8], [1]),
    ])
    #expect(Array(joined.pixels) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(joined.labels == [0, 2, 4, 1])
    #expect(joined.classes == 5)
    let one = try set([1, 2], [0])
    #expect(try ImageSet(joining: [one]) == one)
  }

  @Test func setsOfOtherFormsAreRefused() throws {
    let error = #expect(throws: DataError.self) {
      try ImageSet(joining: [set([1, 2], [0]), set([1, 2, 3], [0], width: 3)])
    }
    #expect(error?.message.contains("1x3x1 cannot join others of 1x2x1") == true)
    #expect(throws: DataError.self) { try ImageSet(joining: []) }
  }
}
