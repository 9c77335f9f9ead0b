import Foundation
import Testing

@testable import DigitKit

@Suite struct IDXSourceTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func writeParts(_ prefix: String = "", _ test: String = "t10k") throws {
    for (part, count) in [("train", 3), (test, 2)] {
      let labels = (0..<count).map { UInt8($0) }
      _ = try folder.write(
        SourceFiles.packed(SourceFiles.idxImages(count)), "\(prefix)\(part)-images-idx3-ubyte.gz")
      _ = try folder.write(SourceFiles.idxLabels(labels), "\(prefix)\(part)-labels-idx1-ubyte")
    }
  }

  @Test func aFolderHasTwoParts() throws {
    try writeParts()
    let data = try DataSource.opened(folder.path)
    #expect((data.training.count, data.test?.count) == (3, 2))
    #expect(data.classNames == (0...9).map(String.init))
    #expect(data.form == "IDX files")
    #expect(Array(data.training.pixels) == SourceFiles.pixels(3, 6))
    let one = try DataSource.opened(folder.path + "/t10k-images-idx3-ubyte.gz")
    #expect((one.training.count, one.test == nil) == (2, true))
  }

  @Test func namesInsideAFolderMaySayMore() throws {
    try writeParts("fashion-mnist-", "test")
    let data = try DataSource.opened(folder.path)
    #expect(data.test?.count == 2)
    #expect(data.classNames[9] == "Ankle boot")
  }

  @Test func severalSetsInOneFolderAreNamed() throws {
    try writeParts("emnist-digits-", "test")
    try writeParts("emnist-letters-", "test")
    let text = sentence { _ = try DataSource.opened(folder.path) }
    #expect(text.contains("emnist-digits-*") && text.contains("emnist-letters-*"), "\(text)")
  }

  @Test func labelsOfQMNISTAreNumbers() throws {
    let images = try folder.write(SourceFiles.idxImages(3), "qmnist-train-images-idx3-ubyte")
    _ = try folder.write(SourceFiles.idxNumbers([5, 0, 9]), "qmnist-train-labels-idx2-int")
    #expect(try DataSource.opened(images).training.labels == [5, 0, 9])
    _ = try folder.write(SourceFiles.idxNumbers([5, 0, -1]), "qmnist-train-labels-idx2-int")
    let text = sentence { _ = try DataSource.opened(images) }
    #expect(text.contains("label -1 at byte 76 is not in 0...9"), "\(text)")
  }

  @Test func picturesOfEMNISTAreTurnedAndLettersBeginAtOne() throws {
    let images = try folder.write(
      [0, 0, 8, 3] + [1, 2, 2].flatMap(SourceFiles.bigEndian) + [1, 2, 3, 4],
      "emnist-letters-train-images-idx3-ubyte")
    _ = try folder.write(SourceFiles.idxLabels([26]), "emnist-letters-train-labels-idx1-ubyte")
    let data = try DataSource.opened(images)
    #expect(Array(data.training.pixels) == [1, 3, 2, 4])
    #expect(data.training.labels == [25])
    #expect(data.classNames[25] == "z")
    #expect(ClassNames(guessing: "a/emnist-balanced-test-images-idx3-ubyte").names.count == 47)
    #expect(ClassNames(guessing: "a/emnist-byclass-test-images-idx3-ubyte").names.count == 62)
  }

  @Test func labelsOutOfRangeCanBeSkipped() throws {
    let images = try folder.write(SourceFiles.idxImages(3), "a-images-idx3-ubyte")
    _ = try folder.write(SourceFiles.idxLabels([1, 11, 2]), "a-labels-idx1-ubyte")
    let text = sentence { _ = try DataSource.opened(images) }
    #expect(text.contains("a-labels-idx1-ubyte: label 11 at byte 9"), "\(text)")
    let data = try DataSource.opened(images) { $0.skipsBad = true }
    #expect(data.training.labels == [1, 2])
    #expect(data.skipped.count == 1 && data.skipped.reasons[0].contains("label 11"))
    #expect(Array(data.training.image(1)) == Array(SourceFiles.pixels(3, 6)[12...]))
    #expect(try DataSource.opened(images) { $0.classes = 12 }.training.labels == [1, 11, 2])
  }

  /// Rows of nothing have no first number to be the class, however many the sizes claim.
  @Test(arguments: [[5, 0], [Int(UInt32.max), 0]]) func labelsOfNoNumbersAreRefused(shape: [Int]) {
    let bytes = [0, 0, 12, 2] + shape.flatMap(SourceFiles.bigEndian)
    let input = ByteArray(bytes, named: "none")
    let text = sentence { _ = try IDX(ByteInput(input), .labels).labels() }
    #expect(text.contains("none: the sizes at byte 4 claim labels of \(shape[0])x0"), "\(text)")
  }

  @Test func missingLabelsAreNamed() throws {
    let images = try folder.write(SourceFiles.idxImages(3), "a-images-idx3-ubyte")
    let text = sentence { _ = try DataSource.opened(images) }
    #expect(text.contains("a-labels-idx1-ubyte"), "\(text)")
    let labels = try folder.write(SourceFiles.idxLabels([1, 2, 3]), "other")
    #expect(try DataSource.opened(images) { $0.labels = labels }.training.count == 3)
  }

  @Test func severalStreamsInOneFileAreOne() throws {
    let whole = SourceFiles.idxImages(3)
    let parts = SourceFiles.packed(Array(whole[..<20])) + SourceFiles.packed(Array(whole[20...]))
    let file = try IDX(ByteInput(ByteArray(parts + [0, 0], named: "two")), .images)
    #expect(Array(try file.pixels()) == SourceFiles.pixels(3, 6))
    let other = try IDX(ByteInput(ByteArray(parts + [7], named: "two")), .images)
    #expect(sentence { _ = try other.pixels() }.contains("something else follows"))
  }

  /// Half a megabyte that unpacks to four hundred, with a header that says so: beyond a hundred to one
  /// nothing is taken.
  @Test func aBombIsRefused() throws {
    let header = [0, 0, 8, 3] + [400 << 20, 1, 1].flatMap(SourceFiles.bigEndian)
    let zeros = SourceFiles.packed([UInt8](repeating: 0, count: 1 << 20))
    let bomb = SourceFiles.packed(header) + Array([[UInt8]](repeating: zeros, count: 400).joined())
    let text = sentence { _ = try IDX(ByteInput(ByteArray(bomb, named: "bomb")), .images) }
    #expect(text.contains("claim"), "\(text)")
  }

  @Test func namesAreLookedUpInTheirFolders() throws {
    let data = try TemporaryFolder()
    let home = try TemporaryFolder()
    let environment = ["DIGITKIT_DATA": data.path, "HOME": home.path]
    let roots = NamedSet.roots(environment: environment)
    #expect(roots == [data.path, home.path + "/.local/share/digitkit"])
    #expect(
      NamedSet.roots(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"]) == ["/x/digitkit"])
    let text = sentence { _ = try NamedSet.kmnist.found(in: roots) }
    for word in [data.path + "/kmnist", home.path, "digitctl data get kmnist"] {
      #expect(text.contains(word), "\(text)")
    }
    try FileManager.default.createDirectory(
      atPath: roots[1] + "/kmnist", withIntermediateDirectories: true)
    #expect(NamedSet.kmnist.folder(in: roots) == nil)
    try Data(SourceFiles.idxImages(1)).write(
      to: URL(fileURLWithPath: roots[1] + "/kmnist/train-images-idx3-ubyte"))
    #expect(try NamedSet.kmnist.found(in: roots) == roots[1] + "/kmnist")
    #expect(NamedSet.named("MNIST") == .mnist)
    #expect(ClassNames(guessing: roots[1] + "/kmnist/train-images-idx3-ubyte").names[1] == "き")
  }
}
