#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether two models differ, by the pictures that only one of them read correctly (McNemar 1947). Much
/// sharper than comparing their accuracies, because both saw the same test set.
public struct McNemar: Sendable, Equatable {
  /// Pictures that only the first model read correctly.
  public let onlyFirst: Int
  /// Pictures that only the second model read correctly.
  public let onlySecond: Int

  /// Counts pictures by whether each model was right; nil unless both saw as many.
  public init?(_ first: [Bool], _ second: [Bool]) {
    guard first.count == second.count else { return nil }
    onlyFirst = zip(first, second).count { $0 && !$1 }
    onlySecond = zip(first, second).count { !$0 && $1 }
  }

  /// Compares two models; nil unless both were given the same labels.
  public init?(_ first: Predictions, _ second: Predictions) {
    guard first.labels == second.labels else { return nil }
    self.init(
      (0..<first.count).map(first.isCorrect), (0..<second.count).map(second.isCorrect))
  }

  /// How likely a split at least this uneven is if both models are equally good: exact, two-sided.
  public var pValue: Double {
    let n = onlyFirst + onlySecond
    let fewer = min(onlyFirst, onlySecond)
    if n == 0 || 2 * fewer == n { return 1 }
    // Binomial terms by their logarithms, so that thousands of pictures do not overflow.
    let tail = (0...fewer).reduce(0.0) { sum, k in
      let choose = logFactorial(n) - logFactorial(k) - logFactorial(n - k)
      return sum + exp(choose - Double(n) * log(2.0))
    }
    return min(1, 2 * tail)
  }

  /// The statistic with continuity correction, to be held against chi-squared with one degree of freedom.
  public var chiSquared: Double {
    let n = onlyFirst + onlySecond
    if n == 0 { return 0 }
    let difference = Double(max(0, abs(onlyFirst - onlySecond) - 1))
    return difference * difference / Double(n)
  }

  private func logFactorial(_ n: Int) -> Double { lgamma(Double(n) + 1) }
}
