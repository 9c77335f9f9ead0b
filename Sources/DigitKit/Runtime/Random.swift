import ckernels

extension Engine {
  /// What random numbers are drawn for; no two purposes share numbers.
  enum RandomPurpose {
    case weights, shuffle, synth, test

    fileprivate var domain: ck_random_domain {
      switch self {
      case .weights: CK_RANDOM_WEIGHTS
      case .shuffle: CK_RANDOM_SHUFFLE
      case .synth: CK_RANDOM_SYNTH
      case .test: CK_RANDOM_TEST
      }
    }
  }

  /// The first `count` numbers of the counter-based generator for this key.
  static func randomNumbers(
    seed: UInt64, purpose: RandomPurpose, step: UInt32 = 0, count: Int
  ) -> [UInt32] {
    var key = ck_random(
      seed: seed, step: step, stream: ck_random_stream(purpose.domain, 0, 0), item: 0)
    var numbers: [UInt32] = []
    numbers.reserveCapacity(count + 3)
    var four: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    var block: UInt32 = 0
    while numbers.count < count {
      withUnsafeMutableBytes(of: &four) {
        ck_random_block($0.bindMemory(to: UInt32.self).baseAddress, &key, 0, block)
      }
      numbers += [four.0, four.1, four.2, four.3]
      block += 1
    }
    return Array(numbers.prefix(count))
  }
}
