import Foundation
import Testing

@testable import DigitKit

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Names as nobody should call a class: what they hold must not get into a page as markup.
let hostileNames = [
  "</title><script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "'&amp;<!-- -->",
  "a,b\r\nc\"d", "\u{202E}drawkcab", "\u{0}\u{1B}[31m\u{FFFE}", "]]></style>", "=1+1", "ünï ✓ 数字",
  "",
]

/// Probabilities that are right for most pictures, made from numbers of no meaning.
func somePredictions(_ count: Int = 200, classes: Int = 10, seed: UInt64 = 1) throws -> Predictions
{
  let noise = Engine.randomNumbers(seed: seed, purpose: .test, count: count * (classes + 2))
  var probabilities: [Float] = []
  var labels: [Int32] = []
  for picture in 0..<count {
    let row = noise[picture * (classes + 2)..<(picture + 1) * (classes + 2)].map {
      Float($0 % 1000) + 1
    }
    let label = Int(noise[picture * (classes + 2)] % UInt32(classes))
    var scores = Array(row.prefix(classes))
    scores[label] += 1500
    let sum = scores.reduce(0, +)
    probabilities += scores.map { $0 / sum }
    labels.append(Int32(label))
  }
  return try Predictions(probabilities: probabilities, labels: labels, classes: classes)
}

let someEnvironment = ReportEnvironment(
  version: "0.1.0", processor: "<b>P</b>", system: "Test", instructionSet: "ref", threads: 2)

func someAbout(_ classes: [String] = []) -> TestReport.About {
  TestReport.About(
    command: "digitctl test 'a b'", date: "2026-01-02 03:04 UTC", environment: someEnvironment,
    modelName: "m", data: "d", classes: classes)
}

func someRun(_ names: [String] = ["0", "1", "2", "3"]) throws -> RunDescription {
  RunDescription(
    command: "digitctl train", started: "2026-01-02 03:04 UTC", environment: someEnvironment,
    model: try cornerNet(),
    data: .init(name: "corners", training: 64, validation: 16, classes: names),
    configuration: configuration())
}

/// Checks that a text is well-formed XML and looks at its elements and attributes.
final class MarkupCheck: NSObject, XMLParserDelegate {
  private(set) var elements: [String] = []
  private(set) var attributes: [(element: String, name: String, value: String)] = []
  private(set) var text = ""
  private(set) var error: String?

  init(_ source: String) {
    super.init()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = self
    if !parser.parse() {
      error = "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "?")"
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes found: [String: String]
  ) {
    elements.append(name)
    attributes += found.map { (name, $0.key, $0.value) }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  /// Numbers of a drawing that are none.
  var badNumbers: [String] {
    attributes.filter {
      ["d", "x", "y", "cx", "cy", "r", "width", "height", "viewBox"].contains($0.name)
    }
    .map(\.value).filter { value in
      let lower = value.lowercased()
      return lower.contains("nan") || lower.contains("inf")
    }
  }

  /// Addresses that lead out of the page.
  var outside: [String] {
    attributes.filter { ["src", "href", "xlink:href", "action", "data"].contains($0.name) }
      .map(\.value).filter { !$0.hasPrefix("data:image/png;base64,") }
  }

  /// What would make a script run.
  var active: [String] {
    elements.filter { ["script", "iframe", "object", "embed", "link", "form"].contains($0) }
      + attributes.map(\.name).filter { $0.hasPrefix("on") }
  }
}

/// A page is one file that is small, well-formed, calls nobody and runs nothing.
func expectSound(_ page: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let check = MarkupCheck(page)
  #expect(check.error == nil, sourceLocation: sourceLocation)
  #expect(check.outside == [], sourceLocation: sourceLocation)
  #expect(check.active == [], sourceLocation: sourceLocation)
  #expect(check.badNumbers == [], sourceLocation: sourceLocation)
  #expect(!check.text.contains("nan"), sourceLocation: sourceLocation)
  #expect(!page.contains("url("), sourceLocation: sourceLocation)
  #expect(!page.contains("@import"), sourceLocation: sourceLocation)
  #expect(page.utf8.count < 1_000_000, sourceLocation: sourceLocation)
  let ids = check.attributes.filter { $0.name == "id" }.map(\.value)
  #expect(Set(ids).count == ids.count, "an id is there twice", sourceLocation: sourceLocation)
}
