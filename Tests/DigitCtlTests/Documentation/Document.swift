import Foundation
import Testing

/// A document of the repository, taken apart: blocks of code, links, headings, and what prose sets as code.
struct Document: CustomTestStringConvertible {
  /// What stands between two fences.
  struct Block {
    var language: String
    /// Of the first line within, counted from 1.
    var number: Int
    var lines: [String]
    var text: String { lines.joined(separator: "\n") }
  }

  /// Its path, seen from the repository.
  let name: String
  let blocks: [Block]
  /// The lines outside of blocks.
  let prose: [String]
  var testDescription: String { name }

  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let all: [Document] = [
    "", "docs/", "bench/", "Tests/Golden/", "Sources/DigitKit/DigitKit.docc/",
  ].flatMap { folder in
    let path = repository.appendingPathComponent(folder).path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".md") }.sorted().map { Document(folder + $0) }
  }

  static func named(_ name: String) throws -> Document {
    try #require(all.first { $0.name == name }, "\(name) is not there")
  }

  init(_ name: String) {
    self.name = name
    let text =
      (try? String(contentsOf: Document.repository.appendingPathComponent(name), encoding: .utf8))
      ?? ""
    var blocks: [Block] = []
    var prose: [String] = []
    var open: Block?
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("```") {
        if let block = open { blocks.append(block) }
        open =
          open == nil
          ? Block(language: String(line.dropFirst(3)), number: number + 2, lines: []) : nil
      } else if open != nil {
        open?.lines.append(line)
      } else {
        prose.append(line)
      }
    }
    self.blocks = blocks
    self.prose = prose
  }

  /// What prose sets as code, in order; a span may run over the end of a line.
  var spans: [String] {
    prose.joined(separator: "\n").split(separator: "\n\n").flatMap { paragraph in
      paragraph.replacing("\n", with: " ").matches(of: /`([^`]+)`/).map { String($0.1) }
    }
  }

  /// Where its links and pictures lead.
  var links: [String] {
    prose.flatMap { line in
      line.replacing(/`[^`]*`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    }
  }

  /// The anchors of its headings, as hosting sites make them.
  var anchors: Set<String> {
    var seen: [String: Int] = [:]
    return Set(
      prose.filter { $0.wholeMatch(of: /#{1,6} .*/) != nil }.map { heading in
        let words = heading.drop { $0 == "#" }.dropFirst().lowercased()
        let slug = words.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.replacing(
          " ", with: "-")
        defer { seen[slug, default: 0] += 1 }
        return seen[slug].map { "\(slug)-\($0)" } ?? slug
      })
  }
}
