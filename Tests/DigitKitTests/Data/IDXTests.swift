import CZlib
import Foundation
import Testing

@testable import DigitKit

/// An IDX file of `count` pictures of 2x3 pixels, and one of as many labels.
private func images(_ count: Int) -> [UInt8] {
  [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 2, 0, 0, 0, 3] + (0..<6 * count).map { UInt8($0) }
}
private func labels(_ count: Int) -> [UInt8] {
  [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 10) }
}

/// Packed by zlib itself.
private func packed(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> [UInt8] {
  let path = folder.path + "/packed.gz"
  let file = gzopen(path, "wb")
  gzwrite(file, bytes, UInt32(bytes.count))
  gzclose(file)
  return try read(path)
}

@Suite struct IDXTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func load(_ images: [UInt8], _ labels: [UInt8]) throws -> ImageSet {
    try ImageSet(
      images: folder.write(images, "images"), labels: folder.write(labels, "labels"))
  }

  @Test func plainAndPackedFilesAreTheSame() throws {
    let plain = try load(images(5), labels(5))
    #expect(plain.count == 5)
    #expect((plain.height, plain.width, plain.channels, plain.classes) == (2, 3, 1, 10))
    #expect(plain.labels == [0, 1, 2, 3, 4])
    #expect(Array(plain.image(1)) == [6, 7, 8, 9, 10, 11])
    let other = try load(packed(images(5), in: folder), packed(labels(5), in: folder))
    #expect(other == plain)
  }

  @Test func everyTruncationIsOneClearLine() throws {
    for whole in [images(5), try packed(images(5), in: folder)] {
      for length in 0..<whole.count {
        let error = #expect(throws: FileError.self, "\(length) of \(whole.count) bytes") {
          try load(Array(whole.prefix(length)), labels(5))
        }
        #expect(error?.kind == .malformed)
        #expect(error?.path.hasSuffix("/images") == true)
        #expect(error?.description.contains("\n") == false)
      }
    }
  }

  @Test func wrongContentsAreNamed() throws {
    func reason(_ images: [UInt8], _ labels: [UInt8]) -> String {
      do {
        _ = try load(images, labels)
        return "no error"
      } catch { return (error as? FileError)?.reason ?? "\(error)" }
    }
    #expect(reason(labels(5), images(5)).contains("exchanged"))
    #expect(reason(Array("PK34567890123456".utf8), labels(5)).contains("begins with 50 4b"))
    #expect(reason(images(5), labels(4)).contains("4 labels"))
    #expect(reason(images(5) + [0], labels(5)).contains("goes on behind"))
    var lying = images(5)
    lying.replaceSubrange(4..<16, with: [UInt8](repeating: 255, count: 12))
    #expect(reason(lying, labels(5)).contains("claim"))
    lying[4] = 0x7F
    #expect(reason(lying, labels(5)).contains("claim"))
    var empty = images(0)
    #expect(reason(empty, labels(0)).contains("no picture"))
    empty = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 3]
    #expect(reason(empty, labels(5)).contains("claim images of 5x0x3"))
    var outside = labels(5)
    outside[9] = 10
    #expect(reason(images(5), outside).contains("label 10 at byte 9"))
  }

  /// A few bytes that claim gigabytes, packed: refused before any memory is taken.
  @Test func aPackedLieIsRefused() throws {
    let header: [UInt8] = [0, 0, 8, 3, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 28, 0, 0, 0, 28]
    let error = #expect(throws: FileError.self) {
      try load(packed(header, in: folder), labels(5))
    }
    #expect(error?.reason.contains("claim") == true)
  }

  @Test func aPackedFileWithAWrongByteIsRefusedOrTheSame() throws {
    let whole = try packed(images(40), in: folder)
    let good = try load(images(40), labels(40))
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x11
      // Bytes of the .gz header (time, system) mean nothing to us; all others must be noticed.
      if let set = try? load(bytes, labels(40)) { #expect(set == good, "byte \(place)") }
    }
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let error = #expect(throws: FileError.self) {
      try ImageSet(images: folder.path + "/nothing", labels: folder.path + "/nothing")
    }
    #expect(error?.kind == .missing)
    #expect(throws: FileError.self) { try ImageSet(images: folder.path, labels: folder.path) }
    let mnist = #expect(throws: FileError.self) { try MNIST.load(from: folder.path) }
    #expect(mnist?.reason.contains("DIGITKIT_DATA") == true)
  }
}

@Suite struct MNISTTests {
  static let folder = MNIST.folder(base: Golden.repository.path)

  @Test(
    .enabled(if: MNISTTests.folder != nil, "MNIST is neither in DIGITKIT_DATA nor ../shared/data"))
  func mnistIsWhole() throws {
    let sets = try MNIST.load(from: try #require(MNISTTests.folder))
    #expect(sets.training.count == 60_000)
    #expect(sets.test.count == 10_000)
    #expect(sets.training.labels.prefix(5) == [5, 0, 4, 1, 9])
    #expect(sets.test.labels.prefix(5) == [7, 2, 1, 0, 4])
    // The mean that everyone standardises by is 0.1307.
    let sum = sets.training.pixels.withUnsafeBufferPointer { $0.reduce(0) { $0 + Int($1) } }
    #expect(isClose(Double(sum) / Double(sets.training.pixels.count) / 255, 0.130660, 1e-5))
  }
}

/// The malformed IDX files of the shared data.
@Suite struct OddFilesTests {
  static let folder = MNISTTests.folder.map { $0 + "/../odd_images" }
    .flatMap { FileManager.default.fileExists(atPath: $0 + "/manifest.csv") ? $0 : nil }

  @Test(.enabled(if: OddFilesTests.folder != nil, "odd_images is not beside MNIST"))
  func brokenFilesAreRefused() throws {
    let folder = try #require(OddFilesTests.folder)
    let manifest = try String(contentsOfFile: folder + "/manifest.csv", encoding: .utf8)
    for line in manifest.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count > 1, fields[1] == "broken_idx" else { continue }
      let path = "\(folder)/\(fields[0])"
      let good = folder + "/made/ok10-idx3-ubyte"
      let isLabels = path.contains("label")
      #expect(throws: FileError.self, "\(line)") {
        try ImageSet(images: isLabels ? good : path, labels: path)
      }
    }
  }
}

@Suite struct ImageSetTests {
  @Test func sizesAndLabelsAreChecked() throws {
    let set = try ImageSet(pixels: [1, 2, 3, 4], labels: [0, 3], height: 1, width: 2)
    #expect(set.classes == 4)
    #expect(throws: DataError.self) {
      try ImageSet(pixels: [1, 2, 3], labels: [0, 3], height: 1, width: 2)
    }
    #expect(throws: DataError.self) {
      try ImageSet(pixels: [], labels: [1], height: .max, width: .max)
    }
    let error = #expect(throws: DataError.self) {
      try ImageSet(pixels: [1, 2], labels: [0, -1], height: 1, width: 1)
    }
    #expect(error?.message.contains("label -1 of picture 1") == true)
  }
}
