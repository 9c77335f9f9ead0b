import Testing

@testable import DigitKit

@Suite struct ResizingTests {
  private let picture = Picture(4, 2, 1, [0, 10, 20, 30, 40, 50, 60, 70])

  @Test func partsAndBorders() throws {
    #expect(
      try picture.cropped(left: 1, top: 1, width: 2, height: 1) == Picture(2, 1, 1, [50, 60]))
    #expect(throws: DataError.self) {
      try picture.cropped(left: 3, top: 0, width: 2, height: 1)
    }
    #expect(throws: DataError.self) {
      try picture.cropped(left: .max, top: 0, width: 1, height: 1)
    }
    let padded = try picture.padded(left: 1, top: 0, right: 0, bottom: 1, with: 9)
    #expect(padded == Picture(5, 3, 1, [9, 0, 10, 20, 30, 9, 40, 50, 60, 70, 9, 9, 9, 9, 9]))
    #expect(throws: DataError.self) {
      try picture.padded(left: -1, top: 0, right: 0, bottom: 0)
    }
    #expect(picture.inverted.bytes == [255, 245, 235, 225, 215, 205, 195, 185])
  }

  @Test func smallerIsTheMeanOfTheArea() throws {
    #expect(try picture.resized(width: 2, height: 1).bytes == [25, 45])
    // Three pixels out of four: the inner borders lie within pixels.
    #expect(try picture.resized(width: 3, height: 2).bytes == [3, 15, 28, 43, 55, 68])
    let colour = Picture(2, 1, 3, [10, 20, 30, 30, 40, 50])
    #expect(try colour.resized(width: 1, height: 1).bytes == [20, 30, 40])
  }

  @Test func largerIsBetweenNeighbours() throws {
    let two = Picture(2, 1, 1, [0, 100])
    #expect(try two.resized(width: 4, height: 1).bytes == [0, 25, 75, 100])
    #expect(try picture.resized(width: 4, height: 2) == picture)
    #expect(try Picture(1, 1, 1, [7]).resized(width: 3, height: 2).bytes.allSatisfy { $0 == 7 })
    #expect(throws: DataError.self) { try picture.resized(width: 0, height: 2) }
    #expect(throws: DataError.self) { try picture.resized(width: 1 << 40, height: 1 << 40) }
  }

  @Test func greyFollowsTheEye() {
    #expect(
      Picture(4, 1, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]).grey.bytes
        == [76, 150, 29, 255])
  }

  @Test func reducingByWholeSteps() {
    let large = Picture(6, 4, 1, (0..<24).map { UInt8($0) })
    #expect(large.reduced(toSide: 3) == Picture(3, 2, 1, [4, 6, 8, 16, 18, 20]))
    #expect(large.reduced(toSide: 6) == large)
    #expect(
      Picture(1, 500, 1, [UInt8](repeating: 3, count: 500)).reduced(toSide: 100).height == 100)
  }
}
