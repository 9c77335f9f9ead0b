import CZlib
import Foundation
import TestServer
import Testing

@testable import DigitKit

@Suite struct PublishedSetTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 4, 3, 1, 4, 1]

  private func set(_ sum: FileProof.Sum, _ mirrors: [String]) -> PublishedSet {
    PublishedSet(
      set: NamedSet(name: "tiny", summary: "four labels"), licence: "none", mirrors: mirrors,
      files: [.init(name: "labels-idx1-ubyte", proof: FileProof(form: .idx([4]), sum: sum))])
  }

  /// MNIST's own files where this machine has them.
  @Test(.enabled(if: MNIST.folder(base: Golden.repository.path) != nil))
  func mnistIsWhatItsChecksumsSay() throws {
    let folder = try #require(MNIST.folder(base: Golden.repository.path))
    // The labels and the pictures to be tested on: of the larger file only the release build is quick.
    for file in try PublishedSet.named("mnist").files where !file.name.hasPrefix("train-images") {
      try file.proof.check(folder + "/" + file.name)
    }
  }

  @Test func everySetHasAName() throws {
    for set in PublishedSet.all {
      #expect(try PublishedSet.named(set.set.name).files.count == set.files.count)
      #expect(!set.mirrors.isEmpty)
      for mirror in set.mirrors { #expect(mirror.hasPrefix("http")) }
    }
    let error = #expect(throws: DataError.self) { try PublishedSet.named("mnits") }
    #expect(error?.message.contains("did you mean \"mnist\"") == true)
  }

  @Test func fetchesOnceAndChecksAgain() throws {
    let server = try TestServer { .file(PublishedSetTests.labels, $0) }
    let sum = SHA256.of(PublishedSetTests.labels)
    for sum in [FileProof.Sum.inflated(sum), .packed(sum), .form] {
      let set = set(sum, [server.address])
      #expect(try set.get(into: folder.path).map(\.outcome) == [.fetched])
      #expect(try set.get(into: folder.path).map(\.outcome) == [.present])
      #expect(try set.get(into: folder.path, again: true).map(\.outcome) == [.fetched])
      try FileManager.default.removeItem(atPath: folder.path + "/tiny")
    }
    #expect(server.requests.count == 6)
  }

  @Test func aFileThatWentBadIsSaidAndFetchedAnewOnRequest() throws {
    let server = try TestServer { .file(PublishedSetTests.labels, $0) }
    let set = set(.form, [server.address + "/"])
    _ = try set.get(into: folder.path)
    _ = try folder.write([1, 2], "tiny/labels-idx1-ubyte")
    let error = #expect(throws: FileError.self) { try set.get(into: folder.path) }
    #expect(error?.reason.contains("--force") == true)
    _ = try set.get(into: folder.path, again: true)
    #expect(try read(folder.path + "/tiny/labels-idx1-ubyte") == PublishedSetTests.labels)
  }

  /// Every byte of the file counts: none can be changed, added or left out unseen.
  @Test func damageIsFound() throws {
    let right = PublishedSetTests.labels
    let proof = FileProof(form: .idx([4]), sum: .inflated(SHA256.of(right)))
    let packed = FileProof(form: .idx([4]), sum: .packed(SHA256.of(right)))
    var cases: [[UInt8]] = (0..<right.count).map { Array(right.prefix($0)) } + [right + [0]]
    for place in right.indices {
      var changed = right
      changed[place] ^= 0x10
      cases.append(changed)
    }
    for (number, bytes) in cases.enumerated() {
      let path = try folder.write(bytes, "case")
      #expect(throws: FileError.self, "case \(number)") { try proof.check(path) }
      #expect(throws: FileError.self, "case \(number)") { try packed.check(path) }
    }
    try proof.check(try folder.write(right, "case"))
    try packed.check(try folder.write(right, "case"))
  }

  @Test func aWrongChecksumIsNotInstalled() throws {
    let server = try TestServer { .file(PublishedSetTests.labels, $0) }
    let set = set(.inflated(SHA256.of([])), [server.address])
    let error = #expect(throws: DownloadError.self) { try set.get(into: folder.path) }
    #expect(error?.message.contains("checksum") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tiny").isEmpty)
  }

  /// A page of a hotel's network instead of the file.
  @Test func aPageInsteadOfTheFile() throws {
    let server = try TestServer { _ in .init(body: Array("<html>Please log in</html>".utf8)) }
    let error = #expect(throws: DownloadError.self) {
      try set(.form, [server.address]).get(into: folder.path)
    }
    #expect(error?.message.contains("another kind of file") == true)
  }

  /// Packed, cut off at every byte.
  @Test func truncatedGzipIsFound() throws {
    let packed = gzip(PublishedSetTests.labels)
    let proof = FileProof(form: .idx([4]), sum: .form)
    try proof.check(try folder.write(packed, "whole.gz"))
    for count in 0..<packed.count {
      let path = try folder.write(Array(packed.prefix(count)), "cut.gz")
      #expect(throws: FileError.self, "\(count) bytes") { try proof.check(path) }
    }
  }

  private func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let path = folder.path + "/packed.gz"
    let file = gzopen(path, "wb")
    _ = bytes.withUnsafeBytes { gzwrite(file, $0.baseAddress, UInt32($0.count)) }
    gzclose(file)
    return (try? read(path)) ?? []
  }
}
