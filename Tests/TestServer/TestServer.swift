import Foundation
import Synchronization

/// A small HTTP server on this machine, for tests of downloads: it answers as it is told, badly too.
public final class TestServer: Sendable {
  /// A request as it came.
  public struct Request: Sendable {
    /// `/mnist/t10k-labels-idx1-ubyte.gz`
    public var path: String
    /// By lower-case names.
    public var headers: [String: String]

    /// Where the range that is asked for begins.
    public var firstByte: Int? {
      guard let range = headers["range"], range.hasPrefix("bytes=") else { return nil }
      return Int(range.dropFirst(6).prefix { $0 != "-" })
    }
  }

  /// An answer, and what goes wrong with it.
  public struct Answer: Sendable {
    /// HTTP's number for how it went.
    public var status = 200
    /// By their names; the length is added.
    public var headers: [String: String] = [:]
    /// What follows.
    public var body: [UInt8] = []
    /// Sends only so much of the body, though it announces all.
    public var sent: Int?
    /// Then keeps the connection open until the other side gives up.
    public var stalls = false

    /// An answer that is what it says.
    public init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
      self.status = status
      self.headers = headers
      self.body = body
    }

    /// The whole, or what a range asks for.
    public static func file(_ bytes: [UInt8], _ request: Request, tag: String = "\"1\"") -> Answer {
      let range = request.headers["if-range"].map { $0 == tag } ?? true
      guard range, let first = request.firstByte else {
        return Answer(headers: ["ETag": tag], body: bytes)
      }
      guard first < bytes.count else { return Answer(status: 416) }
      return Answer(
        status: 206,
        headers: [
          "ETag": tag, "Content-Range": "bytes \(first)-\(bytes.count - 1)/\(bytes.count)",
        ],
        body: Array(bytes[first...]))
    }
  }

  /// `http://127.0.0.1:40123`
  public let address: String
  private let listener: Listener
  private let answer: @Sendable (Request) -> Answer
  private let seen = Mutex<[Request]>([])

  /// Everything that was asked so far.
  public var requests: [Request] { seen.withLock { $0 } }

  /// Serves on a port that is free.
  public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    self.answer = answer
    listener = try Listener()
    address = "http://127.0.0.1:\(listener.port)"
    let listener = listener
    Thread.detachNewThread { [weak self] in
      while let connection = listener.accept() {
        Thread.detachNewThread { [weak self] in
          self?.serve(connection)
          close(connection)
        }
      }
    }
  }

  deinit { listener.shutDown() }

  /// An address at which nobody listens.
  public static func deadAddress() throws -> String { "http://127.0.0.1:\(try Listener().port)" }

  private func serve(_ connection: Int32) {
    guard let request = TestServer.read(connection) else { return }
    seen.withLock { $0.append(request) }
    let answer = answer(request)
    var head = "HTTP/1.1 \(answer.status) Status\r\nConnection: close\r\n"
    var headers = answer.headers
    if headers["Content-Length"] == nil { headers["Content-Length"] = "\(answer.body.count)" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    TestServer.send(
      Array((head + "\r\n").utf8) + answer.body.prefix(answer.sent ?? .max), connection)
    if answer.stalls {
      // Ends when the other side hangs up.
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
    }
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      guard recv(connection, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
        in: .whitespaces)
    }
    return Request(path: String(words[1]), headers: headers)
  }

  private static func send(_ bytes: [UInt8], _ connection: Int32) {
    var done = 0
    while done < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress! + done, bytes.count - done, noSignal)
      }
      guard sent > 0 else { return }
      done += sent
    }
  }

  /// The other side may have gone, which is no reason to end.
  #if os(Linux)
    private static let noSignal = Int32(MSG_NOSIGNAL)
  #else
    private static let noSignal: Int32 = 0
  #endif
}

/// A socket that takes connections. It is closed when neither the server nor its thread knows it any more: closed
/// earlier, its number could already be another server's, whose connections the thread would take.
private final class Listener: Sendable {
  private struct SocketError: Error {}
  private let descriptor: Int32

  /// On a port that is free.
  init() throws {
    #if os(Linux)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard descriptor >= 0, bound == 0, listen(descriptor, 16) == 0 else { throw SocketError() }
  }

  deinit { close(descriptor) }

  /// The next connection; nil once it is shut down.
  func accept() -> Int32? {
    let connection = Foundation.accept(descriptor, nil, nil)
    return connection >= 0 ? connection : nil
  }

  /// Wakes the thread that waits for a connection, which closing alone does not.
  func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}
