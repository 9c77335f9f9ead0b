import Foundation
import Testing

@testable import DigitKit

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4, and a million letters.
  @Test func knownAnswers() {
    #expect(
      SHA256.of([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.of(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.of(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.of([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Pieces of any size give what the whole gives, around every block's end.
  @Test func piecesMakeTheWhole() {
    let bytes = (0..<200).map { UInt8($0) }
    for count in [55, 56, 63, 64, 65, 119, 120, 128, 200] {
      let whole = SHA256.of(Array(bytes.prefix(count)))
      for size in [1, 7, 63, 64, 65] {
        var sum = SHA256()
        for place in stride(from: 0, to: count, by: size) {
          sum.add(Array(bytes[place..<min(count, place + size)]))
        }
        #expect(sum.finish() == whole, "\(count) bytes in pieces of \(size)")
      }
    }
  }
}
