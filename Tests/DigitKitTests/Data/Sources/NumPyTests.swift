import Foundation
import Testing

@testable import DigitKit

@Suite struct NumPyTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [true, false], [true, false])
  func archivesHaveTwoParts(deflated: Bool, large: Bool) throws {
    let path = try folder.write(SourceFiles.npz(deflated: deflated, large: large), "mnist.npz")
    let data = try DataSource.opened(path)
    #expect(data.training.labels == [4, 0, 9])
    #expect(Array(data.training.pixels) == SourceFiles.pixels(3, 6))
    #expect((data.training.height, data.training.width) == (2, 3))
    #expect(data.test?.labels == [7, 8])
    #expect(data.form == "NumPy arrays")
  }

  @Test func twoFilesBelongTogetherByName() throws {
    let path = try folder.write(
      SourceFiles.npy("|u1", [2, 4], SourceFiles.pixels(2, 4)), "x_train.npy")
    #expect(sentence { _ = try DataSource.opened(path) }.contains("y_train.npy"))
    _ = try folder.write(SourceFiles.npy("<i4", [2, 1], [1, 0, 0, 0, 2, 0, 0, 0]), "y_train.npy")
    let data = try DataSource.opened(path)
    #expect(data.training.labels == [1, 2])
    #expect(data.training.height == 2)

    let images = SourceFiles.npy("|u1", [2, 2, 2], SourceFiles.pixels(2, 4))
    let one = try folder.write(
      SourceFiles.zip([("arr_0.npy", images)], deflated: true), "kmnist-train-imgs.npz")
    _ = try folder.write(
      SourceFiles.zip([("arr_0.npy", SourceFiles.npy("|u1", [2], [1, 2]))], deflated: true),
      "kmnist-train-labels.npz")
    #expect(try DataSource.opened(one).training == data.training)
  }

  @Test func numbersOfOtherTypesAreTakenWhereTheyFit() throws {
    func pixels(_ type: String, _ bytes: [UInt8], version: Int = 1) throws -> [UInt8] {
      let file = SourceFiles.npy(type, [1, 1, 2], bytes, version: version)
      return Array(try NumPyArray(ByteInput(ByteArray(file, named: "array"))).pixels())
    }
    #expect(try pixels("|u1", [5, 255]) == [5, 255])
    #expect(try pixels("|u1", [5, 255], version: 2) == [5, 255])
    #expect(try pixels("<u2", [5, 0, 255, 0]) == [5, 255])
    #expect(try pixels(">i4", [0, 0, 0, 5, 0, 0, 0, 255]) == [5, 255])
    #expect(try pixels("<f4", [0, 0, 0xA0, 0x40, 0, 0, 0x7F, 0x43]) == [5, 255])
    #expect(
      try pixels("<f8", [0, 0, 0, 0, 0, 0, 0x14, 0x40] + [UInt8](repeating: 0, count: 8)) == [5, 0])
    for (type, bytes) in [
      ("<i2", [5, 0, 255, 255]), ("<u2", [5, 0, 0, 1]), ("<f4", [0, 0, 0, 0x3F, 0, 0, 0, 0]),
      ("<f4", [0, 0, 0xC0, 0x7F, 0, 0, 0, 0]), ("<f8", [UInt8](repeating: 0xFF, count: 16)),
      ("<u8", [UInt8](repeating: 0xFF, count: 16)), ("|i1", [1, 0xFF]),
    ] {
      let text = sentence { _ = try pixels(type, bytes) }
      #expect(text.contains("no whole number from 0 to 255"), "\(type): \(text)")
    }
  }

  static let wrong: [(String, [UInt8], String)] = [
    ("nothing", [], "begins with"),
    ("a version to come", SourceFiles.npy("|u1", [1, 1, 1], [1], version: 4), "version"),
    ("cut header", Array(SourceFiles.npy("|u1", [1, 1, 1], [1]).prefix(40)), "inside the header"),
    ("cut data", SourceFiles.npy("|u1", [2, 1, 1], [1]), "inside the numbers"),
    ("more data", SourceFiles.npy("|u1", [1, 1, 1], [1, 2]), "goes on"),
    ("fortran", SourceFiles.npy("|u1", [1, 2, 2], [1, 2, 3, 4], fortran: true), "backwards"),
    ("objects", SourceFiles.npy("|O", [1], [1]), "its numbers are"),
    ("texts", SourceFiles.npy("<U1", [1], [1]), "its numbers are"),
    ("half numbers of truth", SourceFiles.npy("|b2", [1], [1]), "its numbers are"),
    ("huge", SourceFiles.npy("<f8", [1 << 40, 1 << 40], [1]), "claims"),
    ("huge and none", SourceFiles.npy("|u1", [1 << 62, 1 << 62, 0], []), "claims"),
    (
      "past 64 bits", SourceFiles.npy("|u1", [1], [1]).replacing("(1,)", "(99999999999999999999,)"),
      "size"
    ),
    ("negative", SourceFiles.npy("|u1", [1], [1]).replacing("(1,)", "(-1,)"), "size"),
    (
      "no comma", SourceFiles.npy("|u1", [1], [1]).replacing("False, 'shape", "False 'shape"),
      "missing"
    ),
    ("twice", SourceFiles.npy("|u1", [1], [1]).replacing("'shape'", "'descr'"), "twice"),
    ("no shape", SourceFiles.npy("|u1", [1], [1]).replacing("'shape'", "'sharp'"), "not all there"),
  ]

  @Test func wrongArraysAreNamed() {
    for (name, file, part) in Self.wrong {
      let text = sentence {
        _ = try NumPyArray(ByteInput(ByteArray(file, named: "array"))).pixels()
      }
      #expect(text.hasPrefix("array: ") && text.contains(part), "\(name): \(text)")
    }
  }

  @Test func wrongShapesAreNamed() throws {
    let labels = SourceFiles.npy("|u1", [2], [1, 2])
    func reason(_ images: [UInt8], _ labels: [UInt8]) -> String {
      sentence {
        let names = ClassNames(digits: 10)
        let arrays = try [images, labels].map {
          try NumPyArray(ByteInput(ByteArray($0, named: "a")))
        }
        _ = try NumPySet.pair(arrays[0], arrays[1], names, skipsBad: false)
      }
    }
    let good = SourceFiles.npy("|u1", [2, 1, 1], [1, 2])
    #expect(reason(good, labels) == "no error")
    #expect(
      reason(SourceFiles.npy("|u1", [2, 3], SourceFiles.pixels(2, 3)), labels).contains(
        "pictures are"))
    #expect(reason(SourceFiles.npy("|u1", [2], [1, 2]), labels).contains("pictures are"))
    #expect(reason(SourceFiles.npy("|u1", [0, Int.max], []), labels).contains("pictures are"))
    #expect(reason(good, SourceFiles.npy("|u1", [3], [1, 2, 3])).contains("has 2 pictures"))
    #expect(reason(good, SourceFiles.npy("|u1", [2, 2], [1, 2, 3, 4])).contains("has 2 pictures"))
    #expect(reason(good, SourceFiles.npy("|u1", [2], [1, 10])).contains("label 10 of picture 1"))
    let none = SourceFiles.npy("|u1", [0, 1, 1], [])
    #expect(reason(none, SourceFiles.npy("|u1", [0], [])).contains("no picture"))
  }

  @Test func damagedArchivesAreRefused() throws {
    for deflated in [true, false] {
      let whole = SourceFiles.npz(deflated: deflated)
      let good = try #require(
        try NumPySet.archive(ByteArray(whole, named: "a"), ClassNames(digits: 10), skipsBad: false))
      for length in 0..<whole.count {
        #expect(throws: FileError.self) {
          let source = ByteArray(Array(whole.prefix(length)), named: "a")
          if try NumPySet.archive(source, ClassNames(digits: 10), skipsBad: false) == nil {
            _ = try NumPySet.onlyArray(source).pixels()
          }
        }
      }
      // A checksum lies over all numbers; what lies beside them (times, names) may change nothing.
      for place in whole.indices {
        var bytes = whole
        bytes[place] ^= 0x55
        let parts = try? NumPySet.archive(
          ByteArray(bytes, named: "a"), ClassNames(digits: 10), skipsBad: false)
        if let parts, parts.count == 2 {
          #expect(parts.map(\.set) == good.map(\.set), "byte \(place)")
        }
      }
    }
  }

  @Test func archivesOfOtherArraysAreNamed() throws {
    let array = SourceFiles.npy("|u1", [1], [1])
    let path = try folder.write(
      SourceFiles.zip([("a.npy", array), ("b.npy", array)], deflated: false), "other.npz")
    let text = sentence { _ = try DataSource.opened(path) }
    #expect(text.contains("a.npy, b.npy") && text.contains("x_train"), "\(text)")
  }
}

extension [UInt8] {
  /// With one text replaced by another, its length kept by spaces at the end of the header.
  fileprivate func replacing(_ old: String, _ new: String) -> [UInt8] {
    let wanted = Array(old.utf8)
    guard let place = indices.first(where: { self[$0...].starts(with: wanted) }) else {
      return self
    }
    var bytes = self
    bytes.replaceSubrange(place..<place + wanted.count, with: Array(new.utf8))
    let added = new.utf8.count - old.utf8.count
    let spaces = bytes.firstIndex(of: 10) ?? 0
    if added > 0 { bytes.removeSubrange(spaces - added..<spaces) }
    if added < 0 {
      bytes.insert(contentsOf: Array(String(repeating: " ", count: -added).utf8), at: spaces)
    }
    return bytes
  }
}
