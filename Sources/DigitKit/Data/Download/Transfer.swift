import CCurl

/// One request of one address, from the byte where a part ends.
final class Transfer {
  /// Why it did not bring the whole file.
  enum Trouble: Error {
    /// The connection was lost or too slow; what came is kept, and the rest can be asked for.
    case broken(String)
    /// The part does not fit what the server has.
    case unfit(String)
    /// This address has no such file.
    case refused(String)
    case cancelled
    case disk(FileError)
  }

  private let url: String
  private let part: PartFile
  private let limits: DownloadLimits
  private let isCancelled: () -> Bool
  private let onProgress: (_ received: Int, _ total: Int?) -> Void
  private let offset: Int
  private var answer = ResponseHead()
  private var isChecked = false
  private var trouble: Trouble?

  init(
    _ url: String, into part: PartFile, _ limits: DownloadLimits,
    isCancelled: @escaping () -> Bool, onProgress: @escaping (Int, Int?) -> Void
  ) {
    self.url = url
    self.part = part
    self.limits = limits
    self.isCancelled = isCancelled
    self.onProgress = onProgress
    offset = part.size
  }

  /// What went wrong; nil if all has come.
  func run() -> Trouble? {
    guard Transfer.isLibraryOpen else {
      return .refused("downloading needs libcurl, which is not installed (Debian: libcurl4)")
    }
    guard let handle = ccurl_start() else { return .refused("libcurl has no memory") }
    defer { ccurl_end(handle) }
    var headers: UnsafeMutablePointer<curl_slist>?
    if offset > 0, let version = part.source?.version, !version.isEmpty {
      // The rest of this very version, or else the whole of a newer one.
      headers = ccurl_append(headers, "If-Range: " + version)
    }
    defer { ccurl_free(headers) }
    set(handle, headers)
    let code = withExtendedLifetime(self) { ccurl_perform(handle) }
    if let trouble { return trouble }
    var status = 0
    _ = ccurl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
    if code != CURLE_OK { return failure(code, status) }
    guard status == 200 || status == 206 else { return .refused("HTTP status \(status)") }
    // An empty answer never reached `write`.
    if !isChecked { _ = begin() }
    return trouble
  }

  private static let isLibraryOpen = ccurl_open() != 0

  private func set(_ handle: UnsafeMutableRawPointer, _ headers: UnsafeMutablePointer<curl_slist>?)
  {
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_set_text(handle, CURLOPT_URL, url)
    _ = ccurl_set_text(handle, CURLOPT_USERAGENT, "digitkit/" + Engine.version)
    _ = ccurl_allow_http(handle, url.hasPrefix("https:") ? 1 : 0)
    _ = ccurl_set_number(handle, CURLOPT_FOLLOWLOCATION, 1)
    _ = ccurl_set_number(handle, CURLOPT_MAXREDIRS, limits.redirects)
    _ = ccurl_set_number(handle, CURLOPT_FAILONERROR, 1)
    _ = ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
    _ = ccurl_set_number(handle, CURLOPT_NOPROGRESS, 0)
    _ = ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, limits.connectSeconds)
    _ = ccurl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
    _ = ccurl_set_number(handle, CURLOPT_LOW_SPEED_TIME, limits.stallSeconds)
    // Not RESUME_FROM: with it libcurl fails where a server ignores the range.
    if offset > 0 { _ = ccurl_set_text(handle, CURLOPT_RANGE, "\(offset)-") }
    if headers != nil { _ = ccurl_set_list(handle, CURLOPT_HTTPHEADER, headers) }
    for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA] {
      _ = ccurl_set_pointer(handle, option, context)
    }
    _ = ccurl_set_headers(handle) { bytes, size, count, context in
      Transfer.of(context).answer.read(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
    _ = ccurl_set_write(handle) { bytes, size, count, context in
      let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return Transfer.of(context).write(buffer) ? size * count : 0
    }
    _ = ccurl_set_progress(handle) { context, _, _, _, _ in Transfer.of(context).tick() ? 0 : 1 }
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  }

  private func tick() -> Bool {
    if isCancelled() { trouble = .cancelled }
    return trouble == nil
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard isChecked || begin() else { return false }
    guard part.size + bytes.count <= limits.bytes else {
      trouble = .refused("it is larger than the \(limits.bytes) bytes allowed")
      return false
    }
    do throws(FileError) { try part.append(bytes) } catch {
      trouble = .disk(error)
      return false
    }
    onProgress(part.size, answer.total)
    return true
  }

  /// The answer's head is known, and its bytes are about to be kept: do they belong behind the part?
  private func begin() -> Bool {
    isChecked = true
    do throws(FileError) {
      if answer.status == 200, part.size > 0 {
        // The server ignored the range, or has another version: all comes anew.
        try part.restart()
      } else if answer.status == 206, answer.first != part.size {
        trouble = .unfit("it answered with another range than asked for")
        return false
      }
      part.source = PartFile.Source(url: url, version: answer.version)
      return true
    } catch {
      trouble = .disk(error)
      return false
    }
  }

  private func failure(_ code: CURLcode, _ status: Int) -> Trouble {
    let text = String(cString: ccurl_error(code))
    switch code {
    case CURLE_HTTP_RETURNED_ERROR where status == 416: return .unfit("HTTP status 416")
    case CURLE_HTTP_RETURNED_ERROR: return .refused("HTTP status \(status)")
    case CURLE_TOO_MANY_REDIRECTS:
      return .refused("it was sent on more than \(limits.redirects) times")
    case CURLE_UNSUPPORTED_PROTOCOL:
      return .refused("it was sent on to an address that is not allowed")
    case CURLE_OPERATION_TIMEDOUT where answer.status > 0:
      return .broken("nothing came for \(limits.stallSeconds) s")
    case CURLE_OPERATION_TIMEDOUT: return .refused("it does not answer")
    case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      return .broken("the connection was lost (\(text))")
    default: return .refused(text)
    }
  }
}
