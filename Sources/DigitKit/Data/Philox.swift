/// Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011), the generator of the C core: random numbers
/// as a function of a key and a counter, the same on every machine and in any order.
public struct Philox: Sendable, Equatable {
  /// What numbers are drawn for; no two purposes share numbers. Numbered as in `ck_kernels.h`.
  public enum Domain: UInt32, Sendable {
    /// Augmentation of pictures.
    case augment = 1
    /// Dropout and its kin.
    case dropout = 2
    /// Stochastic pooling.
    case pool = 3
    /// Initial weights.
    case weights = 4
    /// Orders, splits and what else is drawn from a data set.
    case shuffle = 5
    /// Synthetic pictures.
    case synth = 6
    /// Mixup: partners and shares.
    case mix = 7
    /// Tests alone.
    case test = 255
  }

  /// The seed of the run.
  public var seed: UInt64
  /// Update or epoch.
  public var step: UInt32
  /// Purpose, layer and micro-step, packed by `stream(_:layer:microStep:)`.
  public var stream: UInt32
  /// Row, image, or whatever has numbers of its own.
  public var item: UInt32

  /// A key.
  public init(seed: UInt64, step: UInt32 = 0, stream: UInt32, item: UInt32 = 0) {
    self.seed = seed
    self.step = step
    self.stream = stream
    self.item = item
  }

  /// Packs purpose, layer (below 4096) and micro-step (below 4096).
  public static func stream(_ domain: Domain, layer: UInt32 = 0, microStep: UInt32 = 0) -> UInt32 {
    domain.rawValue << 24 | (layer & 0xfff) << 12 | (microStep & 0xfff)
  }

  /// The four numbers of one block.
  public func block(_ block: UInt32) -> SIMD4<UInt32> {
    var c = SIMD4<UInt32>(block, item, stream, step)
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let p0 = UInt32(0xD251_1F53).multipliedFullWidth(by: c[0])
      let p1 = UInt32(0xCD9E_8D57).multipliedFullWidth(by: c[2])
      c = SIMD4(p1.high ^ c[1] ^ k0, p1.low, p0.high ^ c[3] ^ k1, p0.low)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return c
  }
}

/// The numbers of one key in a row.
struct RandomStream {
  private let key: Philox
  private var words = SIMD4<UInt32>()
  private var taken = 4
  private var next: UInt32 = 0

  init(_ key: Philox) { self.key = key }

  mutating func word() -> UInt32 {
    if taken == 4 {
      words = key.block(next)
      next += 1
      taken = 0
    }
    defer { taken += 1 }
    return words[taken]
  }

  /// A number in 0..<bound, each equally likely (Lemire 2019). The standard library's own methods may
  /// draw differently in a later version; these may not.
  mutating func below(_ bound: UInt32) -> UInt32 {
    var product = word().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = word().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// The same for bounds of 64 bits.
  mutating func below64(_ bound: UInt64) -> UInt64 {
    var product = word64().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = word64().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  private mutating func word64() -> UInt64 { UInt64(word()) << 32 | UInt64(word()) }

  /// Puts values in random order (Fisher and Yates).
  mutating func shuffle<T>(_ values: inout [T]) {
    guard values.count > 1 else { return }
    for last in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(last, Int(below(UInt32(truncatingIfNeeded: last + 1))))
    }
  }
}
