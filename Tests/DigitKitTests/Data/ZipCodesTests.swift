import Foundation
import Testing

@testable import DigitKit

/// USPS digits as text.
@Suite struct ZipCodesTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func line(_ label: String, _ values: [String]) -> String {
    ([label] + values).joined(separator: " ") + " \n"
  }

  private func values(_ changes: [Int: String] = [:]) -> [String] {
    (0..<256).map { changes[$0] ?? "-1.0000" }
  }

  private func read(_ text: String) throws(FileError) -> ZipCodes {
    let path = folder.path + "/zip"
    // What cannot be written fails at the reading.
    _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
    return try ZipCodes(reading: path)
  }

  @Test func numbersBecomeBytes() throws {
    let text =
      line("6.0000", values([0: "1.0000", 1: "0.0000", 255: "-0.5"]))
      + line("5", values()).trimmingCharacters(in: .whitespacesAndNewlines)
    let digits = try read(text)
    #expect(digits.labels == [6, 5])
    #expect(digits.pixels.count == 512)
    #expect(digits.pixels[0] == 255 && digits.pixels[1] == 128 && digits.pixels[255] == 64)
    #expect(digits.pixels[2] == 0)
    try digits.check(counts: [0, 0, 0, 0, 0, 1, 1, 0, 0, 0], labels: SHA256.of([6, 5]), "zip")
    #expect(throws: FileError.self) {
      try digits.check(counts: [0, 0, 0, 0, 0, 1, 1, 0, 0, 0], labels: SHA256.of([5, 6]), "zip")
    }
    #expect(throws: FileError.self) {
      try digits.check(counts: [0, 0, 0, 0, 0, 2, 0, 0, 0, 0], labels: nil, "zip")
    }
  }

  @Test func whatIsNotSuchAFile() throws {
    let good = line("3", values())
    for (text, words) in [
      (good + line("3", Array(values().dropLast())), "line 2 has 256 numbers"),
      (line("3", values([7: "x"])), "number 9, x"),
      (line("3", values([7: "1.5"])), "not from -1 to 1"),
      (line("3", values([7: "nan"])), "not from -1 to 1"), (line("10", values()), "no digit"),
      (line("2.5", values()), "no digit"), (String(repeating: "1", count: 200_000), "longer"),
      (String(repeating: "1", count: 200_000) + "\n", "longer"),
    ] {
      let error = #expect(throws: FileError.self) { try read(text) }
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
  }

  /// The set beside the repository was made from the same text: its 16x16 pictures, written as text, come
  /// out as they are, and in MNIST's form close to what its maker made of them.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(
        atPath: usps + "usps-train-original-16x16-images-idx3-ubyte.gz")))
  func likeTheSetThatIsHere() throws {
    let original = try ImageSet(
      images: ZipCodesTests.usps + "usps-train-original-16x16-images-idx3-ubyte.gz",
      labels: ZipCodesTests.usps + "usps-train-labels-idx1-ubyte.gz")
    let wanted = try ImageSet(
      images: ZipCodesTests.usps + "usps-train-images-idx3-ubyte.gz",
      labels: ZipCodesTests.usps + "usps-train-labels-idx1-ubyte.gz")
    var text = ""
    for index in 0..<40 {
      text += line(
        "\(original.labels[index])", original.image(index).map { "\(Double($0) / 127.5 - 1)" })
    }
    let digits = try read(text)
    #expect(digits.labels == Array(original.labels.prefix(40)))
    #expect(digits.pixels == Array(original.pixels.prefix(40 * 256)))

    try digits.writeIDX(to: folder.path, part: "usps-train")
    let made = try DataSource.open(folder.path).training
    #expect(made.height == 28 && made.width == 28)
    // Its maker's middle lies half a pixel from MNIST's own, so a picture may be one further.
    var (difference, ink) = (0, 0)
    for index in 0..<40 {
      let (mine, theirs) = (made.picture(index), wanted.picture(index))
      difference += [(0, 0), (1, 0), (0, 1), (1, 1)].map { apart(mine, theirs, $0) }.min() ?? 0
      ink += theirs.bytes.reduce(0) { $0 + Int($1) }
      for place in middle(mine) { #expect(abs(place - 14) <= 0.51) }
    }
    #expect(Double(difference) / Double(ink) < 0.15)
  }

  /// The sum of differences where the first picture is moved back by so much.
  private func apart(_ mine: Picture, _ theirs: Picture, _ by: (x: Int, y: Int)) -> Int {
    var sum = 0
    for y in 0..<27 {
      for x in 0..<27 { sum += abs(Int(mine[x + by.x, y + by.y]) - Int(theirs[x, y])) }
    }
    return sum
  }

  /// The centre of mass, in columns and rows counted from 0. Of MNIST's pictures it is 14.
  private func middle(_ picture: Picture) -> [Double] {
    var (mass, across, down) = (0.0, 0.0, 0.0)
    for y in 0..<28 {
      for x in 0..<28 {
        let value = Double(picture[x, y])
        (mass, across, down) = (mass + value, across + value * Double(x), down + value * Double(y))
      }
    }
    return [across / mass, down / mass]
  }

  private static let usps =
    Golden.repository.appendingPathComponent("../shared/data/usps").path + "/"
}
