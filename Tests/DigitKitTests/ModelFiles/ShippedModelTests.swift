import Foundation
import Testing

@testable import DigitKit

/// The models that ship: what docs/models.md says of them, and how well it says they read.
@Suite struct ShippedModelTests {
  @Test func allAreThereAndSmall() throws {
    #expect(ShippedModel.all.map(\.name) == ["digitnet", "lenet5", "tiny"])
    #expect(ShippedModel.usual.name == "digitnet")
    #expect(ShippedModel.named("digitnt") == nil)
    #expect(ShippedModel.all.reduce(0) { $0 + $1.bytes.count } < 3_000_000)
  }

  @Test(arguments: [("digitnet", 500_000), ("lenet5", 50_000), ("tiny", 10_000)])
  func saysWhatItIs(_ name: String, _ limit: Int) throws {
    let file = try #require(ShippedModel.named(name)).load()
    // The same network as `Zoo` has by that name, so that its recipe can be followed.
    #expect(try file.model.architecture() == Zoo.model(name).architecture())
    #expect(file.model.parameterCount < limit)
    #expect(file.classes == (0...9).map(String.init))
    #expect(file.licence == "Apache-2.0")
    #expect(file.origin?.contains("MNIST's training set") == true)
    #expect(
      file.record?.data
        == (name == "digitnet"
          ? "mnist, 59000 of 60000 pictures" : "mnist, 55000 of 60000 pictures, and 10000 of synth")
    )
    #expect(file.record?.temperature != nil)
  }

  /// docs/models.md has the table; each row is measured anew. Of those that are prepared, which takes a debug build a
  /// tenth of a second for each picture, every tenth picture.
  @Test(
    .enabled(if: MeasuredRow.data != nil, "the digits of other sources are not beside the project"),
    arguments: try MeasuredRow.all())
  func readsAsWellAsTheDocumentSays(_ row: MeasuredRow) throws {
    let (pictures, whole) = try row.pictures()
    #expect(whole == row.count, "\(row.source)")
    let share = Double(pictures.count) / Double(whole)
    for (name, stated) in row.errors {
      let file = try #require(ShippedModel.named(name)).load()
      let predictions = try Evaluator(file.model, parameters: file.parameters)
        .predictions(LabelledData(pictures))
      let wrong = predictions.labels.indices.count { !predictions.isCorrect($0) }
      // Instruction sets round differently: a picture at the border may fall to the other side. Of a sample errors vary
      // as those of a coin do; four standard deviations are beyond luck.
      let wanted = Double(stated) * share
      let leeway = share == 1 ? 2 : 2 + 4 * wanted.squareRoot()
      #expect(
        abs(Double(wrong) - wanted) <= leeway,
        "\(name) on \(row.testDescription): \(wrong) errors, not \(wanted)")
      if row.source == "mnist" {
        #expect(Calibration(predictions).expectedError < 0.003, "\(name)")
      }
    }
  }
}

/// A row of the table in docs/models.md: `| usps | 7,291 | 30 (99.59 %) | ...`.
struct MeasuredRow: Sendable, CustomTestStringConvertible {
  var source: String
  var isPrepared: Bool
  var count: Int
  var errors: [(model: String, count: Int)]

  var testDescription: String { source + (isPrepared ? ", prepared" : "") }

  /// Where the sets lie.
  static let data = MNISTTests.folder.map { $0 + "/.." }.flatMap {
    FileManager.default.fileExists(atPath: $0 + "/cheque_digits") ? $0 : nil
  }

  static func all() throws -> [MeasuredRow] {
    let path = Golden.repository.appendingPathComponent("docs/models.md").path
    let lines = try TextFile.read(path).split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let head = try #require(lines.firstIndex { $0.prefix(2) == ["read", "pictures"] })
    return try lines[(head + 2)...].prefix { $0.count == lines[head].count }.map { cells in
      let words = cells[0].split(separator: ",").map { $0.filter { $0 != "`" && $0 != " " } }
      return MeasuredRow(
        source: words[0], isPrepared: words.last == "prepared", count: try number(cells[1]),
        errors: try zip(lines[head].dropFirst(2), cells.dropFirst(2)).map {
          ($0.filter { $0 != "`" }, try number($1))
        })
    }
  }

  /// `7,291 ...`
  private static func number(_ cell: String) throws -> Int {
    try #require(Int(cell.prefix { $0.isNumber || $0 == "," }.filter(\.isNumber)))
  }

  /// The pictures to be measured on, and how many the set has.
  func pictures() throws -> (set: ImageSet, whole: Int) {
    let folder = try #require(MeasuredRow.data) + "/" + source
    // Of optdigits two sizes lie in one folder.
    let path = source == "optdigits" ? folder + "/optdigits-train-images-idx3-ubyte.gz" : folder
    let found = try DataSource.open(path)
    let pictures = found.test ?? found.training
    guard isPrepared else { return (pictures, pictures.count) }
    let some = stride(from: 0, to: pictures.count, by: 10)
    let sample = try ImageSet(
      pixels: some.flatMap { pictures.image($0) }, labels: some.map { pictures.labels[$0] },
      height: pictures.height, width: pictures.width, classes: pictures.classes)
    return (try sample.prepared().set, pictures.count)
  }
}
