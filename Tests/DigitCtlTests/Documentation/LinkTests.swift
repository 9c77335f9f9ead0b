import Foundation
import Testing

/// Documents lead somewhere.
@Suite struct DocumentationLinkTests {
  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Document.repository.appendingPathComponent(path).path)
  }

  /// A path that is seen from the folder of `document`, seen from the repository.
  private func resolve(_ path: String, from document: Document) -> String {
    var parts = document.name.split(separator: "/").dropLast().map(String.init)
    for part in path.split(separator: "/") {
      if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  @Test(arguments: Document.all) func linksLeadToFilesAndHeadings(_ document: Document) throws {
    for link in document.links where link.firstMatch(of: /^[a-z]+:/) == nil {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
        String.init)
      let path = parts[0].isEmpty ? document.name : resolve(parts[0], from: document)
      #expect(exists(path), "\(document.name): \(link) leads to nothing")
      if parts.count == 2 {
        #expect(
          try Document.named(path).anchors.contains(parts[1]),
          "\(document.name): \(link) has no such heading")
      }
    }
  }

  /// What looks like a file of the repository is one.
  @Test(arguments: Document.all) func filesThatAreSpokenOfAreThere(_ document: Document) {
    for span in document.spans {
      guard
        let path = span.firstMatch(
          of: /^(Sources|Tests|docs|scripts|bench|examples\/[a-z]+|cmake)\/[\w.\/+-]+/)?.0
      else { continue }
      let isPattern = span.dropFirst(path.count).first.map { "*<".contains($0) } ?? false
      #expect(isPattern || exists(String(path)), "\(document.name): \(span)")
    }
  }

  @Test func theIndexHasEveryPage() throws {
    let index = try Document.named("docs/README.md").links
    for page in Document.all where page.name.hasPrefix("docs/") && page.name != "docs/README.md" {
      #expect(
        index.contains(String(page.name.dropFirst(5))),
        "docs/README.md does not lead to \(page.name)")
    }
  }
}
