import Foundation
import Testing

@testable import DigitKit

@Suite struct CSVTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func load(_ text: String, _ change: (inout LoadingOptions) -> Void = { _ in }) throws
    -> DataSet
  {
    try DataSource.opened(folder.write(Array(text.utf8), "digits.csv"), change)
  }

  @Test func allWaysOfWritingGiveTheSame() throws {
    let plain = try load(SourceFiles.csv([3, 1, 9]))
    #expect(plain.training.labels == [3, 1, 9])
    #expect((plain.training.height, plain.training.width) == (2, 2))
    #expect(Array(plain.training.pixels) == SourceFiles.pixels(3, 4))
    let quoted = SourceFiles.csv([3, 1, 9]).split(separator: "\n")
      .map { $0.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",") }
      .joined(separator: "\n")
    let forms = [
      SourceFiles.csv([3, 1, 9], header: false),
      SourceFiles.csv([3, 1, 9], end: "\r\n"),
      SourceFiles.csv([3, 1, 9], end: "\r"),
      "\u{FEFF}" + SourceFiles.csv([3, 1, 9]),
      "\u{FEFF}" + quoted,
      SourceFiles.csv([3, 1, 9], end: "\n\n"),
      SourceFiles.csv([3, 1, 9]).replacing(",", with: ";"),
      SourceFiles.csv([3, 1, 9]).replacing(",", with: "\t"),
      String(SourceFiles.csv([3, 1, 9]).dropLast()),
      SourceFiles.csv([3, 1, 9]).replacing("\n3,", with: "\n3.0, "),
    ]
    for (place, form) in forms.enumerated() {
      #expect(try load(form).training == plain.training, "form \(place)")
    }
    let packed = try folder.write(
      SourceFiles.packed(Array(SourceFiles.csv([3, 1, 9]).utf8)), "digits.gz")
    #expect(try DataSource.opened(packed).training == plain.training)
  }

  @Test func theLabelMayStandAnywhere() throws {
    let data = try load("p1,p2,p3,p4,class\n1,2,3,4,7\n5,6,7,8,0\n")
    #expect(data.training.labels == [7, 0])
    #expect(Array(data.training.pixels) == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  /// Chunks of the reader end anywhere in the text.
  @Test func longFilesAreReadWhole() throws {
    let labels = (0..<9000).map { $0 % 10 }
    let data = try load(SourceFiles.csv(labels, side: 4, end: "\r\n"))
    #expect(data.training.labels == labels.map(Int32.init))
    #expect(Array(data.training.pixels) == SourceFiles.pixels(9000, 16))
  }

  static let wrong: [(String, String)] = [
    ("label,a,b,c,d\n1,2,3,4\n", "line 2 has 4 columns, but line 1 has 5"),
    ("label,a,b,c,d\n1,2,3,4,5,6\n", "line 2 has 6 columns, but line 1 has 5"),
    ("label,a,b,c,d\n1,2,x,4,5\n", "line 2 has \"x\" in column b"),
    ("label,a,b,c,d\n1,2,3,4,5\n\n1,2,256,4,5\n", "line 4 has \"256\" in column b"),
    ("label,a,b,c,d\n1,2,-3,4,5\n", "line 2 has \"-3\""),
    ("label,a,b,c,d\n1,2,0.5,4,5\n", "line 2 has \"0.5\""),
    ("label,a,b,c,d\n1,2,,4,5\n", "line 2 has \"\" in column b"),
    ("label,a,b,c,d\n10,2,3,4,5\n", "label \"10\""),
    ("label,a,b,c,d\n-1,2,3,4,5\n", "label \"-1\""),
    ("label,a,b,c,d\nNaN,2,3,4,5\n", "label \"NaN\""),
    ("label,a,b,c,d\n99999999999999999999,2,3,4,5\n", "label"),
    ("label,a,b,c\n1,2,3,4\n", "pictures are square"),
    ("label\n1\n", "pictures are square"),
    ("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n", "no column named label, but: pixel0"),
    ("label,a,b,c,d\n", "no picture"),
    ("label,a,b,c,d\n1,\"2,3,4,5\n1,2,3,4,5\n", "line 2 has a quote that is never closed"),
    ("label,a,b,c,d\n1,2\"3,3,4,5\n", "line 2 has a quote inside a field"),
    ("label,a,b,c,d\n1,\"2\"3,3,4,5\n", "line 2 has text behind a closing quote"),
    ("\u{FEFF}", "it is empty"),
    ("\n\n\n", "it is empty"),
  ]

  @Test func theErrorSaysWhere() throws {
    for (text, part) in Self.wrong {
      let found = sentence { _ = try load(text) }
      #expect(found.contains(part), "\(found)")
      #expect(found.contains("digits.csv: ") && !found.contains("\n"))
    }
  }

  @Test func badRowsCanBeSkipped() throws {
    let text = "label,a,b,c,d\n1,2,3,4,5\n2,x,3,4,5\n3,1,1\n12,1,1,1,1\n4,9,9,9,9\n"
    let data = try load(text) { $0.skipsBad = true }
    #expect(data.training.labels == [1, 4])
    #expect(Array(data.training.pixels) == [2, 3, 4, 5, 9, 9, 9, 9])
    #expect(data.skipped.count == 3)
    #expect(
      data.skipped.reasons.map {
        $0.contains("line 3") || $0.contains("line 4") || $0.contains("line 5")
      } == [true, true, true])
  }

  @Test func everyTruncationIsReadOrRefused() throws {
    let whole = Array(SourceFiles.csv([3, 1]).utf8)
    for length in 0..<whole.count {
      let text = sentence {
        let set = try load(String(decoding: whole.prefix(length), as: UTF8.self)).training
        #expect(
          set.count == 1 || Array(set.pixels.prefix(4)) == Array(SourceFiles.pixels(2, 4).prefix(4))
        )
      }
      #expect(text == "no error" || text.contains("digits.csv: "), "\(length): \(text)")
    }
  }

  @Test func quotesMayHoldEverything() throws {
    let text = "\"a \"\"b\"\"\",\"c,\r\nd\"\r\n,\"\"\r\nlast,\"x\""
    let reader = try CSVReader(ByteInput(ByteArray(Array(text.utf8), named: "quotes")))
    var rows: [[String]] = []
    var lines: [Int] = []
    while try reader.next() {
      rows.append(reader.fields.indices.map(reader.text))
      lines.append(reader.line)
    }
    #expect(rows == [["a \"b\"", "c,\r\nd"], ["", ""], ["last", "x"]])
    #expect(lines == [1, 3, 4])
  }
}
