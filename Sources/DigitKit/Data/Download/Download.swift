/// What a download may take.
public struct DownloadLimits: Sendable, Equatable {
  /// Bytes of the file as it is sent.
  public var bytes = 64 << 20
  /// How often a server may send on to another address.
  public var redirects = 5
  /// Seconds until a server has answered a call.
  public var connectSeconds = 15
  /// Seconds without a byte after which a connection is given up.
  public var stallSeconds = 30
  /// How often a broken connection that brought something is taken up again.
  public var resumes = 5

  /// The plain values.
  public init() {}
}

/// A download that did not end well, in one line with the remedy.
public struct DownloadError: Error, CustomStringConvertible {
  /// Whether it was stopped on request; what had come is kept.
  public var isCancelled: Bool
  /// The line.
  public var message: String
  /// The same line.
  public var description: String { message }
}

/// One file from the first of several addresses that gives it whole and right. What came so far lies beside
/// it as `.part` and is gone on with, also by a later process; the file has its name only once it is checked.
public struct Download {
  /// Addresses, in the order in which they are tried.
  public var urls: [String]
  /// The file.
  public var destination: String
  /// What it may take.
  public var limits: DownloadLimits
  /// Throws if the file at this path is not what it must be.
  public var check: (String) throws -> Void
  /// Hears how many bytes of how many are there.
  public var onProgress: (_ received: Int, _ total: Int?) -> Void = { _, _ in }
  /// Hears why an address did not do.
  public var onTrouble: (String) -> Void = { _ in }
  /// Asked again and again whether to stop.
  public var isCancelled: () -> Bool = { false }

  /// A download.
  public init(
    _ urls: [String], to destination: String, limits: DownloadLimits = DownloadLimits(),
    check: @escaping (String) throws -> Void
  ) {
    self.urls = urls
    self.destination = destination
    self.limits = limits
    self.check = check
  }

  /// Fetches it.
  public func run() throws {
    try Folder.make(Folder.parent(of: destination))
    let part = try PartFile(for: destination)
    // The mirror that a part came from goes first: only it has the rest.
    let begun = part.size > 0 ? part.source?.url : nil
    let order = urls.filter { $0 == begun } + urls.filter { $0 != begun }
    var reasons: [String] = []
    for url in order {
      do {
        try fetch(url, into: part)
        try part.install(as: destination)
        return
      } catch let trouble as Transfer.Trouble {
        reasons.append("\(url): \(try reason(trouble, part))")
        onTrouble(reasons[reasons.count - 1])
      }
    }
    if part.size == 0 { part.remove() }
    throw DownloadError(
      isCancelled: false,
      message: "\(destination): no address gave it: " + reasons.joined(separator: "; ")
        + ". Check the network, or fetch it by other means and put it there")
  }

  /// Tries one address until the file is there and right.
  private func fetch(_ url: String, into part: PartFile) throws {
    if part.source?.url != url { try part.restart() }
    var resumes = 0
    while true {
      let before = part.size
      let transfer = Transfer(
        url, into: part, limits, isCancelled: isCancelled, onProgress: onProgress)
      switch transfer.run() {
      case .broken where part.size > before && resumes < limits.resumes:
        resumes += 1
        continue
      case .unfit where before > 0:
        try part.restart()
        continue
      case let trouble?: throw trouble
      case nil: break
      }
      do {
        return try check(part.path)
      } catch {
        try part.restart()
        // Old bytes may be what is wrong: once more from the beginning.
        if before == 0 { throw Transfer.Trouble.refused(Download.reason(error, part.path)) }
      }
    }
  }

  /// The check's words, without the name of a file that is no more.
  private static func reason(_ error: any Error, _ path: String) -> String {
    if let error = error as? FileError, error.path == path { return error.reason }
    return "\(error)"
  }

  private func reason(_ trouble: Transfer.Trouble, _ part: PartFile) throws -> String {
    switch trouble {
    case .broken(let reason), .unfit(let reason), .refused(let reason): return reason
    case .disk(let error): throw error
    case .cancelled:
      let size = part.size
      if size == 0 { part.remove() }
      throw DownloadError(
        isCancelled: true,
        message: "\(destination): stopped with \(size) bytes there"
          + (size == 0 ? "" : ", kept as \(part.path); the same command goes on from them"))
    }
  }
}
