import Foundation
import Testing

@testable import DigitKit

@Suite struct PictureFolderTests {
  private let folder: TemporaryFolder
  private let caches: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    caches = try TemporaryFolder()
  }

  private func open(
    _ path: String = "", _ change: (inout LoadingOptions) -> Void = { _ in }
  ) throws -> DataSet {
    try DataSource.opened(folder.path + path) {
      $0.cache = .folder(caches.path)
      change(&$0)
    }
  }

  private func draw(_ name: String, _ pixels: [UInt8], width: Int = 2, channels: Int = 1) throws {
    let path = folder.path + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    try Picture(
      width: width, height: pixels.count / width / channels, channels: channels, bytes: pixels
    ).writePNG(to: path)
  }

  /// Two pictures of each of these classes; the first pixel says which.
  private func drawClasses(_ names: [String], in place: String = "") throws {
    for (number, name) in names.enumerated() {
      for item in 0..<2 {
        try draw("\(place)\(name)/\(item).png", [UInt8(10 * number + item), 1, 2, 3])
      }
    }
  }

  private func firstPixels(_ set: ImageSet) -> [UInt8] {
    (0..<set.count).map { Array(set.image($0))[0] }
  }

  @Test func digitsAreTenClassesAndInOrder() throws {
    try drawClasses(["3", "0", "9"])
    let data = try open()
    #expect(data.classNames == (0...9).map(String.init))
    #expect(data.training.labels == [0, 0, 3, 3, 9, 9])
    #expect(firstPixels(data.training) == [10, 11, 0, 1, 20, 21])
    #expect(data.form == "a folder for each class" && data.test == nil)
    #expect(data.notes[0].contains("kept in"))
    let again = try open()
    #expect(again.notes[0].contains("read from"))
    #expect(again.training == data.training)
    #expect(try open { $0.cache = .none }.training == data.training)
  }

  /// From their full size, dark on light and not alike in size; a set that is no folder is prepared all the same.
  @Test func photosAreBroughtIntoTheNetworksForm() throws {
    let synth = try Synth(seed: 3)
    let preparation = DigitPreparation()
    var wanted: [UInt8] = []
    for number in 0..<4 {
      let drawn = try synth.picture(number, digit: number)
      let photo = try drawn.inverted.resized(width: 60 + 20 * number, height: 90)
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(number)", withIntermediateDirectories: true)
      try photo.writePNG(to: "\(folder.path)/\(number)/photo.png")
      wanted += try preparation.prepare(photo).picture.bytes
    }
    let data = try open { $0.preparation = preparation }
    #expect(Array(data.training.pixels) == wanted)
    #expect(data.training.height == 28 && data.training.labels == [0, 1, 2, 3])
    let again = try open { $0.preparation = preparation }
    #expect(again.notes[0].contains("read from") && again.training == data.training)
    #expect(try open().training != data.training)
    let pictures = try #require(try? synth.images(count: 5))
    let drawn = try DataSet(drawnBy: synth, count: 5).prepared()
    #expect(drawn.training.labels == pictures.labels && drawn.training.pixels != pictures.pixels)

    try draw("2/empty.png", [UInt8](repeating: 200, count: 900), width: 30)
    let message = sentence { _ = try open { $0.preparation = preparation } }
    #expect(message.contains("2/empty.png: no ink found"), "\(message)")
    let skipping = try open {
      $0.preparation = preparation; $0.skipsBad = true
    }
    #expect(skipping.training == data.training && skipping.skipped.count == 1)
  }

  @Test func otherNamesAreSortedNumbersFirst() throws {
    try drawClasses(["b", "12", "a", "2"])
    #expect(try open().classNames == ["2", "12", "a", "b"])
    #expect(sentence { _ = try open { $0.classes = 3 } }.contains("has 4 classes"))
  }

  @Test func partsShareTheirClasses() throws {
    try drawClasses(["cat", "dog"], in: "train/")
    try drawClasses(["cow", "dog"], in: "test/")
    let data = try open()
    #expect(data.classNames == ["cat", "cow", "dog"])
    #expect(data.training.labels == [0, 0, 2, 2])
    #expect(data.test?.labels == [1, 1, 2, 2])
  }

  @Test func tablesNamePicturesAndLabels() throws {
    for item in 0..<3 { try draw("img/\(item).png", [UInt8(item), 1, 2, 3]) }
    let text = "\u{FEFF}\"file\",writer,\"label\"\r\n\"img/2.png\",\"a, b\",7\r\nimg/0.png,c,1\r\n"
    _ = try folder.write(Array(text.utf8), "labels.csv")
    let data = try open()
    #expect(data.training.labels == [7, 1])
    #expect(firstPixels(data.training) == [2, 0])
    #expect(try open("/labels.csv").training == data.training)
  }

  @Test(arguments: ["NaN", "", "?", "None"]) func labelsThatAreNoneAreRefusedOrSkipped(word: String)
    throws
  {
    try draw("0.png", [1, 2, 3, 4])
    _ = try folder.write(Array("file,label\n0.png,5\n0.png,\(word)\n".utf8), "labels.csv")
    let text = sentence { _ = try open() }
    #expect(text.contains("labels.csv: line 3 has label \"\(word)\""), "\(text)")
    let data = try open { $0.skipsBad = true }
    #expect((data.training.labels, data.skipped.count) == ([5], 1))
  }

  @Test func unreadablePicturesAreNamedOrSkipped() throws {
    try drawClasses(["0", "1"])
    _ = try folder.write(Array("no picture".utf8), "1/0.png")
    let text = sentence { _ = try open() }
    #expect(text.contains("/1/0.png: "), "\(text)")
    #expect(caches.names.isEmpty)
    for note in ["kept in", "read from"] {
      let data = try open { $0.skipsBad = true }
      #expect(data.training.labels == [0, 0, 1])
      #expect(data.skipped.count == 1 && data.skipped.reasons[0].contains("/1/0.png: "))
      #expect(data.notes[0].contains(note))
    }
    for name in ["0/0.png", "0/1.png", "1/1.png"] { _ = try folder.write([1], name) }
    #expect(sentence { _ = try open { $0.skipsBad = true } }.contains("none of its 4 pictures"))
  }

  @Test func unequalSizesBecomeOne() throws {
    try draw("0/a.png", [UInt8](repeating: 200, count: 4 * 8), width: 4)
    try draw("0/b.png", [UInt8](repeating: 90, count: 4), width: 2)
    let data = try open()
    #expect((data.training.height, data.training.width) == (28, 28))
    // One brightness all over: so is what lies around.
    #expect(Set(data.training.image(0)) == [200])
    #expect(Set(data.training.image(1)) == [90])
    let wide = try open { $0.size = .init(height: 4, width: 6) }
    #expect((wide.training.height, wide.training.width) == (4, 6))
  }

  /// The sample of sizes misses one of many, which shows on the way.
  @Test func oneOddSizeAmongManyIsFound() throws {
    for item in 0..<64 { try draw("0/\(100 + item).png", [UInt8(item), 1, 2, 3]) }
    try draw("0/133.png", [1, 2, 3], width: 3)
    let data = try open { $0.threads = 3 }
    #expect((data.training.count, data.training.height) == (64, 28))
  }

  @Test func coloursStayWhereTheyAreWanted() throws {
    try draw("0/a.png", [255, 0, 0, 0, 0, 255], width: 2, channels: 3)
    try draw("0/b.png", [9, 8], width: 2)
    let grey = try open().training
    #expect((grey.channels, Array(grey.image(1))) == (1, [9, 8]))
    let colour = try open { $0.isColour = true }.training
    #expect(colour.channels == 3)
    #expect(Array(colour.image(0)) == [255, 0, 0, 0, 0, 255])
    #expect(Array(colour.image(1)) == [9, 9, 9, 8, 8, 8])
  }

  @Test func aChangedFolderIsReadAnew() throws {
    try drawClasses(["0", "1"])
    _ = try open()
    try draw("1/0.png", [77, 1, 2, 3])
    // The same size and, on a coarse clock, the same time: told by the time alone.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: folder.path + "/1/0.png")
    #expect(try open().training.image(2).first == 77)
    try draw("1/2.png", [78, 1, 2, 3])
    #expect(try open().training.count == 5)
    try FileManager.default.removeItem(atPath: folder.path + "/0/0.png")
    #expect(try open().training.count == 4)
    try FileManager.default.moveItem(
      atPath: folder.path + "/0/1.png", toPath: folder.path + "/1/9.png")
    try drawClasses(["0"])
    #expect(try open().training.labels == [0, 0, 1, 1, 1, 1])
    #expect(caches.names.count == 1)
  }

  @Test func aDamagedCacheIsMadeAnew() throws {
    try drawClasses(["0", "1"])
    let good = try open { $0.cache = .none }.training
    _ = try open()
    let path = try caches.path + "/" + #require(caches.names.first)
    let whole = try read(path)
    // Every byte of the header, then pictures, labels and names, then all lengths.
    for place in Array(0..<76) + Array(4096..<whole.count) {
      var bytes = whole
      bytes[place] ^= 0x20
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let data = try open()
      #expect(data.training == good && data.notes[0].contains("kept in"), "byte \(place)")
    }
    for length in Array(stride(from: 0, to: 4096, by: 251)) + Array(4096..<whole.count) {
      try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
      #expect(try open().notes[0].contains("kept in"), "\(length) bytes")
    }
    try Data(whole).write(to: URL(fileURLWithPath: path))
    #expect(try open().notes[0].contains("read from"))
  }

  @Test func withoutAPlaceForTheCacheItWorks() throws {
    try drawClasses(["0"])
    let inTheWay = try caches.write([1], "file")
    let data = try open { $0.cache = .folder(inTheWay + "/deeper") }
    #expect(data.training.count == 2)
    #expect(data.notes[0].contains("not kept: "))
  }

  @Test func othersAreToldWhatIsWanted() throws {
    #expect(sentence { _ = try open() }.contains("it holds nothing"))
    try draw("a.png", [1, 2, 3, 4])
    #expect(sentence { _ = try open() }.contains("it holds a.png, but should have"))
    #expect(sentence { _ = try open("/a.png") }.contains("it is one picture (PNG)"))
    #expect(sentence { _ = try open("/none") }.contains("none: "))
    _ = try folder.write([1, 2, 3], "b.bin")
    #expect(sentence { _ = try open("/b.bin") }.contains("it begins with 01 02 03"))
    _ = try folder.write([], "c.bin")
    #expect(sentence { _ = try open("/c.bin") }.contains("it is empty"))
    try FileManager.default.createDirectory(
      atPath: folder.path + "/empty/0", withIntermediateDirectories: true)
    #expect(sentence { _ = try open("/empty") }.contains("there is no picture"))
  }

  @Test func progressIsToldInOrder() throws {
    try drawClasses(["0", "1", "2"])
    let told = Told()
    _ = try open { $0.onProgress = { done, all in told.add(done, all) } }
    #expect(told.last == [6, 6])
  }

  private final class Told: @unchecked Sendable {
    var last: [Int] = []
    func add(_ done: Int, _ all: Int) { last = [done, all] }
  }
}

@Suite struct SharedFolderTests {
  static let folder = OddFilesTests.folder.map { $0 + "/.." }

  @Test(.enabled(if: SharedFolderTests.folder != nil, "the shared data is not there"))
  func realFoldersAreRead() throws {
    let folder = try #require(SharedFolderTests.folder)
    let idx = try DataSource.opened(folder + "/hwd1000")
    let pictures = try DataSource.opened(folder + "/hwd1000/labels.csv") {
      $0.size = .init(height: 28, width: 28)
    }
    #expect(pictures.training.labels.sorted() == idx.training.labels.sorted())
    #expect(
      sentence { _ = try DataSource.opened(folder + "/meter_digits") }.contains("label \"NaN\""))
    let meters = try DataSource.opened(folder + "/meter_digits") { $0.skipsBad = true }
    #expect((meters.training.count, meters.skipped.count) == (512, 184))
    #expect(meters.classNames == (0...9).map(String.init))
    #expect(try DataSource.opened(folder + "/usps").training.count == 7291)
    #expect(sentence { _ = try DataSource.opened(folder + "/optdigits") }.contains("several sets"))
  }

  @Test(.enabled(if: SharedFolderTests.folder != nil, "the shared data is not there"))
  func theOddIDXFilesAreWhatTheManifestSays() throws {
    let folder = try #require(OddFilesTests.folder)
    let manifest = try CSVTable(ByteInput(folder + "/manifest.csv"))
    var seen: [String: Int] = [:]
    while try manifest.reader.next() {
      let (file, kind) = (manifest.reader.text(0), manifest.reader.text(1))
      guard kind.hasSuffix("_idx") else { continue }
      seen[kind, default: 0] += 1
      let path = folder + "/" + file
      let content: IDX.Content = file.contains("label") ? .labels : .images
      let text = sentence {
        let idx = try IDX(path, content)
        let count = content == .images ? try idx.pixels().count : try idx.labels().count
        if kind == "valid_idx" { #expect(count == idx.shape.reduce(1, *), "\(file)") }
        if content == .labels, kind == "broken_idx" {
          _ = try ImageSet(images: folder + "/made/ok10-idx3-ubyte", labels: path)
        }
      }
      #expect((text != "no error") == (kind == "broken_idx"), "\(file): \(text)")
    }
    #expect(seen == ["valid_idx": 3, "broken_idx": 5, "odd_idx": 2])
  }
}
