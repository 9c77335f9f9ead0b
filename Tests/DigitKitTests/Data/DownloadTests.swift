import DigitKit
import Foundation
import Synchronization
import TestServer
import Testing

/// Downloads from a server on this machine that does everything wrong that a server can.
@Suite struct DownloadTests {
  private let folder: TemporaryFolder
  private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  private var destination: String { folder.path + "/set/file.bin" }

  init() throws { folder = try TemporaryFolder() }

  private struct WrongBytes: Error {}

  private func download(_ urls: [String], stallSeconds: Int = 20) -> Download {
    let bytes = bytes
    var download = Download(urls, to: destination) { path in
      if try read(path) != bytes { throw WrongBytes() }
    }
    download.limits.stallSeconds = stallSeconds
    return download
  }

  /// Nothing but the file itself is left.
  private func expectInstalled(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try read(destination) == bytes, sourceLocation: location)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/set")
    #expect(names == ["file.bin"], sourceLocation: location)
  }

  private func expectFailure(
    _ download: Download, _ words: String..., location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: DownloadError.self, sourceLocation: location) {
      try download.run()
    }
    for word in words {
      #expect(
        error?.message.contains(word) == true, "\(error?.message ?? "")", sourceLocation: location)
    }
    #expect(!FileManager.default.fileExists(atPath: destination), sourceLocation: location)
  }

  @Test func fetchesAndReports() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0) }
    var last: (Int, Int?) = (0, nil)
    var download = download([server.address + "/file.bin"])
    download.onProgress = { last = ($0, $1) }
    try download.run()
    try expectInstalled()
    #expect(last == (bytes.count, bytes.count))
    #expect(server.requests.map(\.path) == ["/file.bin"])
  }

  @Test func takesTheSecondMirrorWhereTheFirstFails() throws {
    let good = try TestServer { [bytes] in .file(bytes, $0) }
    let troubles = Mutex<[String]>([])
    for status in [404, 403, 500, 503] {
      let bad = try TestServer { _ in .init(status: status, body: [1, 2, 3]) }
      var download = download([
        bad.address + "/a", try TestServer.deadAddress() + "/b", good.address + "/c",
      ])
      download.onTrouble = { reason in troubles.withLock { $0.append(reason) } }
      try download.run()
      try expectInstalled()
      #expect(troubles.withLock { $0.suffix(2).first?.contains("\(status)") } == true)
      try FileManager.default.removeItem(atPath: destination)
    }
    #expect(troubles.withLock { $0.count } == 8)
  }

  @Test func namesEveryReasonWhereAllFail() throws {
    let missing = try TestServer { _ in .init(status: 404) }
    let dead = try TestServer.deadAddress()
    expectFailure(
      download([missing.address + "/x", dead + "/x"]), "404", dead, "Check the network")
    #expect(folder.names == ["set"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/set").isEmpty)
  }

  @Test func goesOnWhereAConnectionBroke() throws {
    let server = try TestServer { [bytes] request in
      var answer = TestServer.Answer.file(bytes, request)
      if request.firstByte ?? 0 < 200_000 { answer.sent = 90_000 }
      return answer
    }
    try download([server.address + "/f"]).run()
    try expectInstalled()
    #expect(server.requests.map { $0.firstByte ?? 0 } == [0, 90_000, 180_000, 270_000])
    #expect(server.requests[1].headers["if-range"] == "\"1\"")
  }

  /// A part of an earlier process is gone on with, from the mirror that it came from.
  @Test func goesOnAfterCancelling() throws {
    let other = try TestServer { _ in .init(status: 404) }
    let server = try TestServer { [bytes] request in
      var answer = TestServer.Answer.file(bytes, request)
      if request.firstByte == nil {
        answer.sent = 100_000
        answer.stalls = true
      }
      return answer
    }
    let received = Mutex(0)
    var stopped = download([server.address + "/f"])
    stopped.onProgress = { count, _ in received.withLock { $0 = count } }
    stopped.isCancelled = { received.withLock { $0 } == 100_000 }
    let error = #expect(throws: DownloadError.self) { try stopped.run() }
    #expect(error?.isCancelled == true)
    #expect(error?.message.contains("100000 bytes") == true)
    #expect(try read(destination + ".part") == Array(bytes.prefix(100_000)))

    try download([other.address + "/f", server.address + "/f"]).run()
    try expectInstalled()
    #expect(other.requests.isEmpty)
    #expect(server.requests.map(\.firstByte) == [nil, 100_000])
  }

  /// Leaves a part of `count` wrong or right bytes as another process would have.
  private func leavePart(_ part: [UInt8], from url: String, tag: String = "\"1\"") throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/set", withIntermediateDirectories: true)
    try Data(part).write(to: URL(fileURLWithPath: destination + ".part"))
    try Data("\(url)\n\(tag)\n".utf8).write(to: URL(fileURLWithPath: destination + ".part.source"))
  }

  @Test func beginsAnewWhereTheServerIgnoresRanges() throws {
    let server = try TestServer { [bytes] _ in .init(body: bytes) }
    try leavePart(Array(bytes.prefix(1000)), from: server.address + "/f")
    try download([server.address + "/f"]).run()
    try expectInstalled()
    #expect(server.requests.map(\.firstByte) == [1000])
  }

  @Test func beginsAnewWhereTheFileHasChanged() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0, tag: "\"2\"") }
    try leavePart([UInt8](repeating: 9, count: 1000), from: server.address + "/f")
    try download([server.address + "/f"]).run()
    try expectInstalled()
    #expect(server.requests.count == 1)
  }

  @Test func beginsAnewWhereThePartIsTooLongOrWrong() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0) }
    for part in [bytes + [1, 2, 3], bytes, [UInt8](repeating: 9, count: 1000)] {
      try leavePart(part, from: server.address + "/f")
      try download([server.address + "/f"]).run()
      try expectInstalled()
      try FileManager.default.removeItem(atPath: destination)
    }
    // Each was asked for twice: the rest, and then all.
    #expect(server.requests.map { $0.firstByte == nil } == [false, true, false, true, false, true])
  }

  /// Another mirror may have packed the file in other bytes.
  @Test func leavesThePartOfAMirrorThatIsNotAsked() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0) }
    try leavePart([UInt8](repeating: 9, count: 1000), from: "http://elsewhere/f")
    try download([server.address + "/f"]).run()
    try expectInstalled()
    #expect(server.requests.map(\.firstByte) == [nil])
  }

  @Test func refusesAWrongRange() throws {
    let server = try TestServer { [bytes] request in
      guard request.firstByte != nil else { return .init(status: 404) }
      return .init(
        status: 206, headers: ["Content-Range": "bytes 5-\(bytes.count - 1)/\(bytes.count)"],
        body: Array(bytes[5...]))
    }
    try leavePart(Array(bytes.prefix(1000)), from: server.address + "/f")
    expectFailure(download([server.address + "/f"]), "404")
  }

  @Test func refusesWrongBytes() throws {
    let server = try TestServer { [bytes] in .file(bytes.reversed(), $0) }
    expectFailure(download([server.address + "/f"]), "WrongBytes")
    #expect(server.requests.count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/set").isEmpty)
  }

  @Test func followsRedirectsButNotForEver() throws {
    let server = try TestServer { [bytes] request in
      let step = Int(request.path.dropFirst()) ?? 0
      if step == 0 { return .file(bytes, request) }
      let next = step == 99 ? 99 : step - 1
      return .init(status: 302, headers: ["Location": "/\(next)"])
    }
    try download([server.address + "/5"]).run()
    try expectInstalled()
    try FileManager.default.removeItem(atPath: destination)
    expectFailure(download([server.address + "/6"]), "5 times")
    expectFailure(download([server.address + "/99"]), "5 times")
  }

  @Test func neverReadsLocalFilesOrOtherProtocols() throws {
    let secret = try folder.write(bytes, "secret")
    let server = try TestServer { _ in
      .init(status: 302, headers: ["Location": "file://\(secret)"])
    }
    expectFailure(download([server.address + "/f"]), "not allowed")
    expectFailure(download(["file://\(secret)"]))
    expectFailure(download(["ftp://127.0.0.1/f"]))
  }

  @Test func givesUpWhereNothingComesAnyMore() throws {
    let server = try TestServer { [bytes] request in
      var answer = TestServer.Answer.file(bytes, request)
      answer.sent = 0
      answer.stalls = true
      return answer
    }
    expectFailure(download([server.address + "/f"], stallSeconds: 1), "nothing came for 1 s")
  }

  @Test func capsTheSize() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0) }
    let silent = try TestServer { [bytes] _ in
      // Without a length, and more than allowed.
      .init(headers: ["Content-Length": "", "X": "y"], body: bytes + bytes)
    }
    for url in [server.address + "/f", silent.address + "/f"] {
      var download = download([url])
      download.limits.bytes = bytes.count - 1
      expectFailure(download)
    }
    var exact = download([server.address + "/f"])
    exact.limits.bytes = bytes.count
    try exact.run()
    try expectInstalled()
  }

  @Test func saysWhereNothingCanBeWritten() throws {
    let server = try TestServer { [bytes] in .file(bytes, $0) }
    // A file where the folder should be: not even root can write into it.
    let file = try folder.write([1], "set")
    let error = #expect(throws: FileError.self) { try download([server.address + "/f"]).run() }
    #expect(error?.path == file)
    #expect(server.requests.isEmpty)
  }

  @Test func twoProcessesDoNotWriteOneFile() throws {
    try leavePart(Array(bytes.prefix(10)), from: "http://elsewhere/f")
    let other = open(destination + ".part", O_RDWR)
    defer { close(other) }
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    let error = #expect(throws: FileError.self) { try download(["http://127.0.0.1:9/f"]).run() }
    #expect(error?.reason.contains("another process") == true)
  }
}
