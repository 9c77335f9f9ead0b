import Foundation
import Testing

@testable import DigitKit

/// What is written is read again as the same.
@Suite struct WritingTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func set(_ count: Int, channels: Int = 1, first: Int = 0) throws -> ImageSet {
    try ImageSet(
      pixels: (0..<count * 6 * channels).map { UInt8(truncatingIfNeeded: ($0 + first) &* 37) },
      labels: (0..<count).map { Int32(($0 + first) % 10) }, height: 3, width: 2,
      channels: channels, classes: 10)
  }

  private func data(_ training: ImageSet, _ test: ImageSet?) -> DataSet {
    DataSet(
      Part(set: training), test: test.map { Part(set: $0) }, (0...9).map(String.init), path: "here",
      form: "test")
  }

  @Test(arguments: [true, false])
  func idx(_ isPacked: Bool) throws {
    let (training, test) = (try set(23), try set(7, first: 5))
    try training.writeIDX(to: folder.path + "/a/b", isPacked: isPacked)
    try test.writeIDX(to: folder.path + "/a/b", part: "t10k", isPacked: isPacked)
    let read = try DataSource.open(folder.path + "/a/b")
    #expect(read.training == training)
    #expect(read.test == test)
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b"))
        == Set(
          ImageSet.namesOfIDX(part: "train", isPacked: isPacked)
            + ImageSet.namesOfIDX(part: "t10k", isPacked: isPacked)))
  }

  @Test func someOfTheSet() throws {
    let all = try set(23)
    try all.writeIDX(to: folder.path, indices: [4, 2, 11])
    let read = try DataSource.open(folder.path).training
    #expect(read.labels == [4, 2, 1])
    #expect(Array(read.image(1)) == Array(all.image(2)))
  }

  /// MNIST's own head, byte for byte.
  @Test func theHeadOfIDX() {
    #expect(
      IDXWriter.head([60_000, 28, 28]) == [0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28])
  }

  @Test func coloursAreNoIDX() throws {
    let error = #expect(throws: DataError.self) {
      try set(2, channels: 3).writeIDX(to: folder.path)
    }
    #expect(error?.message.contains("grey") == true)
    #expect(folder.names.isEmpty)
  }

  @Test func npz() throws {
    for test in [nil, try set(7, first: 5)] {
      let path = folder.path + "/set.npz"
      let written = data(try set(23), test)
      try written.writeNPZ(to: path)
      let read = try DataSource.open(path)
      #expect(read.training == written.training)
      #expect(read.test == written.test)
    }
  }

  /// NumPy wants the values to begin at a multiple of 64.
  @Test(arguments: [[1], [60_000, 28, 28], [1, 2, 3, 4], [123_456_789]])
  func theHeadOfArrays(_ shape: [Int]) {
    let head = NumPyWriter.head(shape)
    #expect(head.count % 64 == 0)
    #expect(head.last == UInt8(ascii: "\n"))
    #expect(Int(head[8]) + 256 * Int(head[9]) + 10 == head.count)
  }

  @Test func pictures() throws {
    let all = try set(23)
    var done: [Int] = []
    try all.writePictures(
      to: folder.path, classNames: ["zero", "a/b", ".."], indices: [0, 1, 2, 13]
    ) {
      done.append($0)
    }
    #expect(done == [1, 2, 3, 4])
    #expect(folder.names == ["3", "_..", "a-b", "zero"])
    let picture = try Picture(reading: folder.path + "/3/00013.png")
    #expect(picture == all.picture(13))
  }
}
