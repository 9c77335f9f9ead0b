import Foundation
import Testing

@testable import DigitKit

/// The odd and broken files of `../shared/data/odd_images`, by what its manifest says of them.
enum OddImages {
  struct Entry: CustomTestStringConvertible, Sendable {
    var file: String
    var kind: String
    var testDescription: String { file }
  }

  static let folder = Golden.repository.deletingLastPathComponent()
    .appendingPathComponent("shared/data/odd_images").path

  static func path(_ file: String) -> String { folder + "/" + file }

  static let entries: [Entry] = {
    guard let text = try? String(contentsOfFile: path("manifest.csv"), encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return fields.count > 1 ? Entry(file: String(fields[0]), kind: String(fields[1])) : nil
    }.filter { !$0.kind.hasSuffix("idx") }
  }()

  static func entries(_ kinds: String...) -> [Entry] {
    entries.filter { kinds.contains($0.kind) }
  }
}

@Suite(.enabled(if: !OddImages.entries.isEmpty, "odd_images are not there"))
struct OddImagesTests {
  @Test(arguments: OddImages.entries("valid", "valid_no_digits"))
  func whatIsValidIsRead(_ entry: OddImages.Entry) throws {
    let picture = try Picture(reading: OddImages.path(entry.file))
    #expect(picture.bytes.count == picture.width * picture.height * picture.channels)
  }

  @Test(arguments: OddImages.entries("broken"))
  func whatIsBrokenIsAPictureOrOneLine(_ entry: OddImages.Entry) {
    do {
      _ = try Picture(reading: OddImages.path(entry.file))
    } catch {
      #expect(error.path.hasSuffix(entry.file))
      #expect(!error.description.contains("\n") && error.reason.count > 20)
    }
  }

  /// A small file that claims to be huge is refused by its header; one that hides its size in a text chunk
  /// is the small picture that it is.
  @Test(arguments: OddImages.entries("bomb"))
  func bombsDoNotGoOff(_ entry: OddImages.Entry) throws {
    do {
      let picture = try Picture(reading: OddImages.path(entry.file))
      #expect(picture.bytes.count < 1 << 16)
    } catch {
      #expect(error.reason.contains("more than the"))
    }
  }
}
