import Testing

@testable import DigitKit

@Suite struct HandVariantTests {
  /// A hand with other strokes than the first of its variant could not be mixed with it.
  @Test func handsOfAVariantHaveTheSameKnots() {
    for variant in HandVariant.all {
      let first = variant.hands[0]
      #expect(variant.weight > 0 && !first.strokes.isEmpty, "\(variant.digit) \(variant.name)")
      for hand in variant.hands {
        #expect(hand.matches(first), "\(variant.digit) \(variant.name)")
        for knot in hand.strokes.joined() {
          #expect((-0.1...1.3).contains(knot.place.x), "\(variant.digit) \(variant.name)")
          #expect((-0.1...1.1).contains(knot.place.y), "\(variant.digit) \(variant.name)")
        }
      }
    }
  }

  @Test func everyDigitIsWrittenInSeveralWays() {
    for (digit, variants) in HandVariant.byDigit.enumerated() {
      #expect(variants.count >= 4, "\(digit)")
      #expect(Set(variants.map(\.name)).count == variants.count, "\(digit): a name comes twice")
    }
    #expect(HandVariant.all.count == HandVariant.byDigit.map(\.count).reduce(0, +))
  }

  /// Each way gives ink of a digit's size, and other ink than the other ways.
  @Test(arguments: HandVariant.all.indices) func everyVariantCanBeDrawn(place: Int) throws {
    let variant = HandVariant.all[place]
    for item in 0..<4 {
      var random = RandomStream(
        Philox(seed: 1, stream: Philox.stream(.test), item: UInt32(item)))
      let hand = Hand(variety: 1, height: 20, &random)
      let strokes = DigitForm(side: 28).fitted(hand.write(variant, &random))
      var canvas = InkCanvas(width: 28, height: 28)
      for stroke in strokes { canvas.draw(stroke) }
      let ink = canvas.coverage()
      let sum = ink.reduce(0, +)
      #expect((15...330).contains(sum), "\(variant.digit) \(variant.name): \(sum)")
      #expect(ink.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func printAndDisplaysKnowEveryDigit() {
    for item in 0..<12 {
      var random = RandomStream(
        Philox(seed: 2, stream: Philox.stream(.test), item: UInt32(item)))
      let face = Printed(height: 20, &random)
      let display = SevenSegment(height: 20, &random)
      let drawn = (0..<10).map { digit in
        [face.draw(digit), display.draw(digit)].map { strokes in
          var canvas = InkCanvas(width: 28, height: 28)
          for stroke in DigitForm(side: 28).fitted(strokes) { canvas.draw(stroke) }
          return canvas.coverage().map { UInt8($0 * 255) }
        }
      }
      for kind in 0..<2 {
        #expect(Set(drawn.map { $0[kind] }).count == 10, "two digits look alike")
        for pictures in drawn { #expect(pictures[kind].contains { $0 > 200 }) }
      }
    }
  }
}

@Suite struct SplineTests {
  @Test func goesThroughItsKnots() {
    let skeleton = Skeleton("0 0, 50 10!, 60 90, 10 100")
    for rounding: Float in [0, 0.5, 1] {
      let line = Spline(rounding: rounding).points(through: skeleton.strokes[0], spacing: 0.05)
      for knot in skeleton.strokes[0] {
        let nearest = line.map { ($0 - knot.place).length }.min() ?? 1
        #expect(nearest < 1e-5)
      }
      for (a, b) in zip(line, line.dropFirst()) { #expect((a - b).length < 0.12) }
    }
  }

  @Test func aLineOfTwoKnotsIsStraight() {
    let line = Spline(rounding: 0).points(through: Skeleton("0 0, 100 50").strokes[0], spacing: 0.1)
    for point in line { #expect(abs(point.y - point.x / 2) < 1e-5) }
  }

  @Test func aSkeletonIsReadFromItsText() {
    let skeleton = Skeleton("10 20, 30 -5! / 0 100")
    #expect(skeleton.strokes.map(\.count) == [2, 1])
    #expect(skeleton.strokes[0].map(\.isCorner) == [false, true])
    #expect(skeleton.strokes[0][1].place.y == -0.05)
  }
}
