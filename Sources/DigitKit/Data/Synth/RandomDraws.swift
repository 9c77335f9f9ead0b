extension RandomStream {
  /// 0 up to, not including, 1.
  mutating func unit() -> Float { Float(word() >> 8) * 0x1p-24 }

  /// Anywhere in a range, each place equally likely.
  mutating func within(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

  /// True so often.
  mutating func chance(_ probability: Float) -> Bool { unit() < probability }

  /// Mean 0, deviation 1, never beyond 3.5: a sum of four evenly spread numbers. Near enough to the bell
  /// for a hand's unsteadiness, and without functions whose last bits differ between systems.
  mutating func bell() -> Float {
    let a = word()
    let b = word()
    let sum = (a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16)
    return (Float(sum) * 0x1p-16 - 2) * 1.7320508
  }

  /// A factor around 1, as often `1 + x` times smaller as larger.
  mutating func factor(_ deviation: Float) -> Float {
    let draw = bell() * deviation
    return draw >= 0 ? 1 + draw : 1 / (1 - draw)
  }

  /// The place of one of these weights, each as likely as it weighs.
  mutating func pick(_ weights: [Float]) -> Int {
    var rest = unit() * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0, weight > 0 { return place }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}
