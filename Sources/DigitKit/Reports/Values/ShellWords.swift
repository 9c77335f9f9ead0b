/// A command as it can be typed again.
public enum ShellWords {
  /// The words with spaces between them; those that a shell would take apart or act on stand in quotes.
  public static func joined(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }

  static func quoted(_ word: String) -> String {
    let harmless = !word.isEmpty && word.utf8.allSatisfy(isHarmless)
    if harmless { return word }
    // Within single quotes everything stands for itself, except the quote.
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-_./=:,+@%".utf8.contains(byte)
    }
  }
}
