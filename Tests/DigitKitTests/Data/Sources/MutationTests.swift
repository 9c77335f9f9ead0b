import Testing

@testable import DigitKit

/// Thousands of damaged files, the same ones every time: each is read, or refused in one line that names it.
@Suite struct MutationTests {
  /// A few bytes set, ranges copied, cut or doubled.
  private static func damaged(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(4) where !bytes.isEmpty {
      let place = random.below(bytes.count)
      let end = min(bytes.count, place + 1 + random.below(16))
      switch random.below(6) {
      case 0: bytes[place] = UInt8(random.below(256))
      case 1: bytes[place] ^= UInt8(1 << random.below(8))
      case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, 10, 34, 44, 48][random.below(10)]
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
      default: bytes.removeSubrange((random.below(8) == 0 ? place : max(place, bytes.count - 4))...)
      }
    }
    return bytes
  }

  private func attack(
    _ name: String, _ seeds: [[UInt8]], times: Int, _ read: ([UInt8]) throws -> Void
  ) {
    var refused = 0
    for (number, seed) in seeds.enumerated() {
      for item in 0..<times {
        var random = RandomStream(
          Philox(seed: UInt64(number), stream: Philox.stream(.shuffle), item: UInt32(item)))
        let bytes = MutationTests.damaged(seed, &random)
        do { try read(bytes) } catch {
          refused += 1
          let text = "\(error)"
          #expect(text.hasPrefix(name) && !text.contains("\n"), "\(number) \(item): \(text)")
        }
      }
    }
    // Damage that nobody notices would make this a test that cannot fail.
    #expect(refused > times * seeds.count / 4, "only \(refused) were refused")
  }

  @Test func idx() throws {
    let images = SourceFiles.idxImages(4)
    let seeds = [
      images, SourceFiles.packed(images), SourceFiles.idxLabels([1, 2, 3, 4]),
      SourceFiles.idxNumbers([1, 2, 3, 4]),
    ]
    attack("a", seeds, times: 2000) { try FuzzTargets.idx($0) }
  }

  @Test func csv() throws {
    let text = Array(SourceFiles.csv([1, 2, 3]).utf8)
    let quoted = Array("\"label\",\"a\",\"b\"\"\",c,d\r\n1,\"2\",3,4,5\r\n".utf8)
    attack("a", [text, quoted, SourceFiles.packed(text)], times: 2000) { try FuzzTargets.csv($0) }
  }

  @Test func numpy() throws {
    let seeds = [
      SourceFiles.npy("|u1", [2, 2, 2], SourceFiles.pixels(2, 4)),
      SourceFiles.npy("<i4", [2], [1, 0, 0, 0, 2, 0, 0, 0], version: 2),
      SourceFiles.npz(deflated: false), SourceFiles.npz(),
      SourceFiles.npz(deflated: true, large: true),
    ]
    attack("a", seeds, times: 2000) { try FuzzTargets.numpy($0) }
  }
}

extension RandomStream {
  fileprivate mutating func below(_ bound: Int) -> Int { Int(below(UInt32(bound))) }
}
