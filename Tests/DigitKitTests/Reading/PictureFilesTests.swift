import Foundation
import Testing

@testable import DigitKit

@Suite struct PictureFilesTests {
  /// Names lie: what a file holds counts, and one whose name alone says that it is a picture is not passed over.
  @Test func findsPicturesByTheirContent() throws {
    let folder = try TemporaryFolder()
    try Folder.make(folder.path + "/more/deep")
    let picture = try Picture(width: 2, height: 2, grey: 9)
    for name in ["b.png", "scan", "more/photo.txt", "more/deep/a.jpeg"] {
      try picture.writePNG(to: "\(folder.path)/\(name)")
    }
    for name in ["notes.txt", "list", "bad.PNG"] {
      try AtomicFile.write("no picture", to: "\(folder.path)/\(name)")
    }
    try AtomicFile.write("", to: folder.path + "/empty")
    try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
    let found = try PictureFiles.below(folder.path).map { $0.dropFirst(folder.path.count + 1) }
    #expect(found == ["b.png", "bad.PNG", "more/deep/a.jpeg", "more/photo.txt", "scan"])
  }
}
