import Testing
import ckernels

@testable import DigitKit

@Suite struct PhiloxTests {
  /// The same numbers as the C core, whatever the key.
  @Test func isTheGeneratorOfTheCore() {
    for index in 0..<200 {
      let seed = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      let step = UInt32(truncatingIfNeeded: seed >> 7)
      let item = UInt32(index * index)
      let stream = ck_random_stream(CK_RANDOM_SHUFFLE, UInt32(index), UInt32(2 * index))
      #expect(
        stream == Philox.stream(.shuffle, layer: UInt32(index), microStep: UInt32(2 * index)))
      var key = ck_random(seed: seed, step: step, stream: stream, item: item)
      var words: [UInt32] = [0, 0, 0, 0]
      ck_random_block(&words, &key, 0, UInt32(index) &* 77)
      let block = Philox(seed: seed, step: step, stream: stream, item: item)
        .block(UInt32(index) &* 77)
      #expect(words == [block[0], block[1], block[2], block[3]])
    }
  }

  /// Salmon et al.'s own test vectors.
  @Test func knownAnswers() {
    let zero = Philox(seed: 0, step: 0, stream: 0, item: 0).block(0)
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Philox(seed: .max, step: .max, stream: .max, item: .max).block(.max)
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func domainsAreThoseOfTheCore() {
    #expect(Philox.Domain.augment.rawValue == CK_RANDOM_AUGMENT.rawValue)
    #expect(Philox.Domain.weights.rawValue == CK_RANDOM_WEIGHTS.rawValue)
    #expect(Philox.Domain.shuffle.rawValue == CK_RANDOM_SHUFFLE.rawValue)
    #expect(Philox.Domain.synth.rawValue == CK_RANDOM_SYNTH.rawValue)
  }

  @Test func boundsAreKeptAndEvenlyFilled() {
    var random = RandomStream(Philox(seed: 1, stream: Philox.stream(.test)))
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[Int(random.below(7))] += 1 }
    // Standard deviation is 93: five of them.
    for count in counts { #expect(abs(count - 10_000) < 465) }
    #expect((0..<100).allSatisfy { _ in random.below(1) == 0 })
    let large: UInt32 = 0x8000_0001
    #expect((0..<1000).allSatisfy { _ in random.below(large) < large })
  }
}
