extension JSONValue {
  /// The entries of a file that holds one JSON object. Duplicate keys are refused.
  package static func fields(ofFile path: String) throws(FileError) -> [(String, JSONValue)] {
    let file = try OpenFile(path)
    guard file.size <= 1 << 20 else {
      throw FileError(
        path, .malformed, "it has \(file.size) bytes, but a file of flags at most 1 MB")
    }
    let bytes = try file.read(0..<file.size)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileError(path, .malformed, "it is not UTF-8 text; is it JSON?")
    }
    do {
      guard case .object(let entries) = try JSONScanner.value(ofAll: text) else {
        throw FileError(path, .malformed, "it holds no JSON object: write {\"name\": value, ...}")
      }
      return entries
    } catch let trouble as JSONScanner.Trouble {
      throw FileError(path, .malformed, "\(trouble.reason): correct the JSON")
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(path, .malformed, "\(error)")
    }
  }
}
