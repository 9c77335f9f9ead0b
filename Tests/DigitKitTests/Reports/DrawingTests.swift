import Testing

@testable import DigitKit

@Suite struct DrawingTests {
  @Test func textNeverBecomesMarkup() {
    #expect(
      Markup.escaped("<a href=\"x\">'&'</a>")
        == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;")
    #expect(Markup.escaped("a\u{0}b\u{202E}") == "a\\0b\\u{202E}")
    for name in hostileNames {
      let check = MarkupCheck(Markup.tag("p", ["title": name], name).source)
      #expect(check.error == nil)
      #expect(check.elements == ["p"])
      #expect(check.attributes.map(\.name) == ["title"])
    }
    #expect(Markup.tag("td").source == "<td></td>")
    #expect(Markup.tag("br").source == "<br/>")
  }

  @Test func ticksAreRound() {
    #expect(Ticks.even(0...1) == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
    #expect(Ticks.even(-3...17) == [0, 5, 10, 15])
    #expect(
      Ticks.even(0.96...1).map { Numbers.fixed($0, 2) } == ["0.96", "0.97", "0.98", "0.99", "1.00"])
    #expect(Ticks.byPowers(0.001...10).map(Numbers.brief) == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(Ticks.byPowers(0.04...0.3).map(Numbers.brief) == ["0.05", "0.1", "0.2"])
    // Less than a power: even steps.
    #expect(Ticks.byPowers(0.055...0.095).count >= 3)
  }

  @Test func scalesHoldWhateverComes() {
    for values in [
      [], [0], [5], [-5], [.nan], [.infinity, 1], [1e300, -1e300], [0.5, 0.5], [1e-300, 2e-300],
    ] {
      let scale = Scale(values.map { Double($0) }).along(0, 100)
      #expect(scale.domain.lowerBound < scale.domain.upperBound)
      for value in values + [scale.domain.lowerBound] {
        if let place = scale.place(value) { #expect((0...100).contains(place)) }
      }
      #expect(scale.ticks.count < 20)
      let powers = Scale(byPowers: values.map { Double($0) }).along(0, 100)
      #expect(powers.domain.lowerBound > 0 && powers.domain.lowerBound < powers.domain.upperBound)
      #expect((0...100).contains(powers.place(0) ?? -1))
    }
    #expect(Scale([0, 10]).place(.nan) == nil)
  }

  @Test func partsOfAWholeEndAtAll() {
    for low in [0, 0.3, 0.9, 0.995, 1] {
      let scale = Scale.parts(from: low)
      #expect(scale.domain.upperBound == 1)
      #expect(scale.domain.lowerBound >= 0 && scale.domain.lowerBound <= low)
    }
    #expect(Scale.parts(from: 1).label(Scale.parts(from: 1).ticks.last ?? 0) == "100.0 %")
  }

  @Test func placesAlongAxes() {
    let even = Scale([0, 10]).along(100, 0)
    #expect(even.place(2.5) == 75)
    #expect(even.place(99) == 0)
    let powers = Scale(byPowers: [0.01, 100]).along(0, 100)
    #expect(abs((powers.place(1) ?? 0) - 50) < 1e-9)
    #expect(Scale([0, 1], form: .percent).label(0.2) == "20 %")
    #expect(Scale([0.995, 1], form: .percent).label(0.999) == "99.9 %")
  }

  @Test func coordinates() {
    #expect(at(1.26) == "1.3")
    #expect(at(-0.04) == "0")
    #expect(at(-2.5) == "-2.5")
    #expect(at(.nan) == "0")
    #expect(at(1e300) == "1000000")
  }

  @Test func aLineIsDrawnWhereItBelongs() throws {
    var plot = Plot(
      id: "t", title: "T", summary: "S", labels: .init(x: "x", y: "y"), x: Scale([0, 10]),
      y: Scale([0, 1]))
    plot.line([(0, 0), (5, 1), (5.0001, 1), (10, .nan), (10, 0.5)], "s0")
    let check = MarkupCheck(plot.drawing.file)
    #expect(check.error == nil)
    let lines = check.attributes.filter {
      $0.name == "d" && $0.value.filter { $0 == "L" }.count == 2
    }
    let (left, right, top, bottom) = (plot.left, plot.right, plot.top, plot.bottom)
    let middle = (left + right) / 2
    #expect(
      lines.map(\.value) == [
        "M\(at(left)) \(at(bottom))L\(at(middle)) \(at(top))L\(at(right)) \(at((top + bottom) / 2))"
      ])
    #expect(check.attributes.contains { $0.name == "role" && $0.value == "img" })
    #expect(check.elements.contains("title") && check.elements.contains("desc"))
  }

  @Test func longRunsAreNoLongerFiles() {
    var plot = Plot(
      id: "t", title: "T", summary: "S", labels: .init(x: "x", y: "y"), x: Scale([0, 1e6]),
      y: Scale([0, 1]))
    plot.line((0..<100_000).map { (Double($0) * 10, Double($0) / 1e5) }, "s0")
    #expect(plot.drawing.file.utf8.count < 20_000)
  }

  @Test func legendsWrap() {
    let names = (0..<6).map { Legend.Entry(text: "a rather long name of a run \($0)", style: "s0") }
    #expect(Legend(names, width: 360).height == 6 * 18)
    #expect(Legend(names.prefix(0) + [], width: 360).height == 0)
    #expect(
      Legend([.init(text: "a", style: "s0"), .init(text: "b", style: "s1")], width: 360).height
        == 18)
    #expect("abcdef".shortened(to: 4) == "abc…")
  }
}
