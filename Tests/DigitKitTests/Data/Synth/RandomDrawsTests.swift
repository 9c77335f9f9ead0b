import Testing

@testable import DigitKit

@Suite struct RandomDrawsTests {
  private static let count = 4_000

  private func draws<T>(_ draw: (inout RandomStream) -> T) -> [T] {
    var random = RandomStream(Philox(seed: 11, stream: Philox.stream(.test)))
    return (0..<RandomDrawsTests.count).map { _ in draw(&random) }
  }

  private func mean(_ values: [Float]) -> Float {
    values.reduce(0, +) / Float(values.count)
  }

  @Test func theBellHasMeanZeroAndDeviationOne() {
    let values = draws { $0.bell() }
    #expect(abs(mean(values)) < 0.06)
    #expect(abs(mean(values.map { $0 * $0 }) - 1) < 0.08)
    #expect(values.allSatisfy { abs($0) <= 3.5 })
    #expect(values.contains { abs($0) > 2.5 })
  }

  @Test func aRangeIsFilledEvenly() {
    let values = draws { $0.within(-2, 6) }
    #expect(values.allSatisfy { (-2...6).contains($0) })
    #expect(abs(mean(values) - 2) < 0.15)
    #expect((values.min() ?? 0) < -1.9 && (values.max() ?? 0) > 5.9)
  }

  @Test func factorsAreAsOftenSmallerAsLarger() {
    let values = draws { $0.factor(0.3) }
    #expect(values.allSatisfy { $0 > 0 })
    let larger = values.count { $0 > 1 }
    #expect(abs(larger - values.count / 2) < 150)
  }

  @Test func picksAreAsOftenAsTheyWeigh() {
    let places = draws { $0.pick([0, 1, 0, 3, 0]) }
    #expect(Set(places) == [1, 3])
    #expect(abs(places.count { $0 == 3 } - 3 * places.count / 4) < 120)
  }
}
