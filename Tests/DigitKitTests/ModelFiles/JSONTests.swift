import Testing

@testable import DigitKit

@Suite struct JSONTests {
  @Test func textComesBackAsItWas() throws {
    for text in ["", "a\"b\\c/", "\u{0}\u{1f}\n\r\t\u{7f}", "z\u{e9}ro \u{1d7d9} \u{ffff}"] {
      var scanner = JSONScanner(Array(JSONText.quoted(text).utf8))
      #expect(try scanner.string() == text)
      #expect(scanner.next == nil)
    }
  }

  @Test func escapesAreUnderstood() throws {
    var scanner = JSONScanner(Array(#""\"\\\/\b\f\n\r\t\u00e9\ud835\udfd9""#.utf8))
    #expect(try scanner.string() == "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1d7d9}")
  }

  @Test(arguments: ["0", "7", "9223372036854775807"])
  func naturals(_ text: String) throws {
    var scanner = JSONScanner(Array(text.utf8))
    #expect(try scanner.natural() == Int(text))
  }

  @Test(arguments: ["", "-1", "01", "1.0", "1e2", "9223372036854775808", "x"])
  func whatIsNotANatural(_ text: String) {
    var scanner = JSONScanner(Array(text.utf8))
    #expect(throws: JSONScanner.Trouble.self) { try scanner.natural() }
  }

  @Test(arguments: ["1.", "-", ".5", "1e", "00", "tru", "nul", "", "[1,]", "{\"a\"}", "[1 2]"])
  func valuesThatAreNone(_ text: String) {
    var scanner = JSONScanner(Array(text.utf8))
    #expect(throws: JSONScanner.Trouble.self) { try scanner.skip() }
  }
}
