import DigitKit
import Foundation
import Testing

/// The Swift of the documents is Tests/DocumentationExamples, text for text: so it compiles, and runs here.
@Suite struct SwiftExampleTests {
  /// Of the pages that they name, what stands between `// shown in docs/page.md` and `// end`, less its indentation.
  private static let examples: [String: Set<String>] = {
    let folder = Document.repository.appendingPathComponent("Tests/DocumentationExamples")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var found: [String: Set<String>] = [:]
    for name in names.sorted() {
      let text =
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
      var open: (pages: Substring, indentation: Int, lines: [String])?
      for line in text.components(separatedBy: "\n") {
        if let start = line.wholeMatch(of: #/( *)// shown in (.+)/#) {
          open = (start.2, start.1.count, [])
        } else if line.wholeMatch(of: #/ *// end/#) != nil, let example = open {
          for page in example.pages.split(separator: ", ") {
            found[String(page), default: []].insert(example.lines.joined(separator: "\n"))
          }
          open = nil
        } else if let indentation = open?.indentation {
          open?.lines.append(String(line.dropFirst(indentation)))
        }
      }
    }
    return found
  }()

  /// An import stands at the top of a file, not where the example is.
  private static func blocks(of document: Document) -> [(number: Int, text: String)] {
    document.blocks.filter { $0.language == "swift" }.map { block in
      (block.number, block.text.replacing(/^import DigitKit\n\n/, with: ""))
    }
  }

  @Test(arguments: Document.all) func everyBlockIsCompiled(_ document: Document) {
    let examples = SwiftExampleTests.examples[document.name] ?? []
    let blocks = SwiftExampleTests.blocks(of: document)
    for block in blocks where !examples.contains(block.text) {
      Issue.record(
        "\(document.name):\(block.number): this block is not in Tests/DocumentationExamples; copy it there\n\(block.text)"
      )
    }
    for example in examples.subtracting(blocks.map(\.text)) {
      Issue.record(
        "\(document.name) does not show this example of Tests/DocumentationExamples\n\(example)")
    }
  }

  @Test func everyPageWithExamplesIsADocument() {
    let names = Document.all.map(\.name)
    #expect(SwiftExampleTests.examples.count >= 5)
    for page in SwiftExampleTests.examples.keys { #expect(names.contains(page)) }
  }

  @Test(arguments: examples.keys.filter { !$0.contains(".docc/") }.sorted())
  func theExamplesOfAPageRun(_ page: String) throws {
    let sandbox = try Sandbox()
    // One page sets 6,000 aside.
    try sandbox.writeDigits(in: "data", training: page == "docs/swift-api.md" ? 61 : 5, test: 1)
    try sandbox.writePhotos()
    let ended = try sandbox.shell(
      "DIGITKIT_DATA=data XDG_CACHE_HOME=cache DocumentationExamples \(page)")
    #expect(ended.status == 0, "\(ended.out)\(ended.err)")
    if page == "README.md" {
      let accuracy = try #require(Double(ended.out.trimmingCharacters(in: .newlines)))
      #expect(accuracy > 0.9)
      #expect(sandbox.names("runs/first").contains("last.safetensors"))
    }
  }

  /// Architecture files that documents show can be read.
  @Test(arguments: Document.all) func networksInJSONAreNetworks(_ document: Document) throws {
    for block in document.blocks where block.text.contains("digitkit-network") {
      #expect(throws: Never.self, "\(document.name):\(block.number)") {
        try Model(architecture: block.text)
      }
    }
  }
}
