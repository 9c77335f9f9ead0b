extension JSONValue {
  /// The entries of a file that holds one JSON object. Duplicate keys are refused.
  package static func fields(ofFile path: String) throws(FileError) -> [(String, JSONValue)] {
    let text = try TextFile.read(path)
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

  /// The entries of a text that is one JSON object; nil if it is not.
  package static func fields(ofLine text: String) -> [(String, JSONValue)]? {
    guard case .object(let entries)? = try? JSONScanner.value(ofAll: text) else { return nil }
    return entries
  }
}
