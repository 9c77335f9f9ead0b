/// What the head of a server's answer says of the bytes behind it.
struct ResponseHead {
  private(set) var status = 0
  /// Of the whole file.
  private(set) var total: Int?
  /// Where the bytes of a partial answer begin.
  private(set) var first: Int?
  /// What the server calls this version of the file: its entity tag, or else when it changed.
  private(set) var version = ""

  /// One line, with its end. After a redirect the head of the next answer follows.
  mutating func read(_ line: UnsafeRawBufferPointer) {
    let text = String(decoding: line, as: UTF8.self).trimmed
    if text.hasPrefix("HTTP/") {
      let words = text.split(separator: " ")
      self = ResponseHead()
      status = words.count > 1 ? Int(words[1]) ?? 0 : 0
      return
    }
    guard let colon = text.firstIndex(of: ":") else { return }
    let value = String(text[text.index(after: colon)...]).trimmed
    switch text[..<colon].lowercased() {
    case "content-length" where status == 200: total = Int(value)
    case "content-range": readRange(value)
    // A weak tag promises the same meaning, not the same bytes.
    case "etag" where !value.hasPrefix("W/"): version = value
    case "last-modified" where version.isEmpty: version = value
    default: break
    }
  }

  /// `bytes 100-199/200`
  private mutating func readRange(_ value: String) {
    let words = value.split { " -/".contains($0) }
    guard words.count == 4, words[0] == "bytes" else { return }
    first = Int(words[1])
    total = Int(words[3])
  }
}

extension String {
  fileprivate var trimmed: String {
    let blanks: (Character) -> Bool = { $0.isWhitespace }
    guard let first = firstIndex(where: { !blanks($0) }),
      let last = lastIndex(where: { !blanks($0) })
    else { return "" }
    return String(self[first...last])
  }
}
