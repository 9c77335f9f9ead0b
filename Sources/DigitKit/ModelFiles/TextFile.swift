/// A small file of text, read whole.
package enum TextFile {
  /// Its text; a file that is too large for what it should be, or no UTF-8, is refused.
  package static func read(_ path: String, atMost size: Int = 1 << 20) throws(FileError) -> String {
    let file = try OpenFile(path)
    guard file.size <= size else {
      throw FileError(
        path, .malformed,
        "it has \(file.size) bytes, but a file of this kind at most \(size): is it another file?")
    }
    let bytes = try file.read(0..<file.size)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(path, .malformed, "it is not UTF-8 text; is it another kind of file?")
    }
    return text
  }
}
