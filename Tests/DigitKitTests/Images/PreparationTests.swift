import Testing

@testable import DigitKit

@Suite struct PreparationTests {
  private let preparation = DigitPreparation()

  /// What every prepared digit is like.
  private func expectMNISTForm(
    _ digit: Picture, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(digit.width == 28 && digit.height == 28 && digit.channels == 1)
    #expect((digit.bytes.max() ?? 0) >= 240, sourceLocation: sourceLocation)
    let rows = (0..<28).filter { y in (0..<28).contains { digit[$0, y] > 32 } }
    let columns = (0..<28).filter { x in (0..<28).contains { digit[x, $0] > 32 } }
    let longest =
      max(
        (rows.last ?? 0) - (rows.first ?? 0), (columns.last ?? 0) - (columns.first ?? 0)) + 1
    #expect((18...21).contains(longest), sourceLocation: sourceLocation)
    var (mass, x, y) = (0.0, 0.0, 0.0)
    for (place, value) in digit.bytes.enumerated() {
      mass += Double(value)
      x += Double(value) * (Double(place % 28) + 0.5)
      y += Double(value) * (Double(place / 28) + 0.5)
    }
    #expect(
      abs(x / mass - 14.5) <= 0.8 && abs(y / mass - 14.5) <= 0.8, sourceLocation: sourceLocation)
  }

  /// The share of ink by which two prepared digits differ, where they match best within a pixel: centres of
  /// mass are rounded.
  private func difference(_ one: Picture, _ other: Picture) -> Double {
    var best = Double.infinity
    for y in -1...1 {
      for x in -1...1 {
        var moved = Picture(28, 28, 1, [UInt8](repeating: 0, count: 784))
        moved.paste(other, left: x, top: y)
        best = min(best, Duplicates.differ(one.bytes[...], moved.bytes[...]))
      }
    }
    return best
  }

  private func expectLike(
    _ picture: Picture, _ digit: DrawnDigit = .four, within tolerance: Double = 0.35,
    _ sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let prepared = try preparation.prepare(picture).picture
    expectMNISTForm(prepared, sourceLocation: sourceLocation)
    let plain = try preparation.prepare(photograph(digit)).picture
    #expect(difference(prepared, plain) < tolerance, sourceLocation: sourceLocation)
  }

  @Test func aDrawingHasMNISTsForm() throws {
    for digit in [DrawnDigit.four, .seven, .one, .zero] {
      let prepared = try preparation.prepare(photograph(digit))
      expectMNISTForm(prepared.picture)
      #expect(prepared.isDarkOnLight && prepared.steps.isEmpty)
      #expect((1...4).contains(prepared.strokeWidth))
    }
    // Different digits stay different, the same one is the same.
    let four = try preparation.prepare(photograph(.four)).picture
    let zero = try preparation.prepare(photograph(.zero)).picture
    #expect(difference(four, zero) > 0.6)
  }

  @Test func lightOnDarkIsSeen() throws {
    for digit in [DrawnDigit.four, .seven, .one, .zero] {
      let inverted = photograph(digit).inverted
      #expect(try !preparation.prepare(inverted).isDarkOnLight)
      try expectLike(inverted, digit, within: 0.1)
    }
  }

  @Test func sizeAndPlaceDoNotMatter() throws {
    try expectLike(photograph(.four, left: 5, top: 5, size: 60, pen: 5))
    try expectLike(photograph(.four, left: 120, top: 160, size: 70, pen: 5.7))
    try expectLike(
      photograph(.zero, width: 640, height: 480, left: 400, top: 30, size: 80, pen: 6.5), .zero)
    // As tight as can be, and already in MNIST's form.
    try expectLike(
      photograph(.four, width: 100, height: 112, left: 0, top: 5, size: 102, pen: 8.5))
    let once = try preparation.prepare(photograph(.four)).picture
    #expect(try difference(preparation.prepare(once).picture, once) < 0.25)
  }

  @Test func paperAndLightDoNotMatter() throws {
    // Grey grainy paper and a pencil.
    try expectLike(photograph(.four, noise: 6, ink: { _, _ in 90 }, paper: { _, _ in 150 }))
    // Light that falls off.
    try expectLike(
      photograph(
        .four, noise: 3, ink: { x, y in 40 - Double(x + y) / 15 },
        paper: { x, y in 240 - Double(x + y) / 2.6 }))
    // A hard shadow across the digit.
    try expectLike(
      photograph(
        .four, noise: 3, ink: { x, y in x + y < 220 ? 35 : 18 },
        paper: { x, y in x + y < 220 ? 225 : 110 }), within: 0.4)
    // Ruled paper, and squared.
    try expectLike(photograph(.four, paper: { _, y in y % 37 < 2 ? 150 : 230 }), within: 0.4)
    try expectLike(
      photograph(.seven, paper: { x, y in y % 31 < 1 || x % 31 < 1 ? 150 : 230 }), .seven,
      within: 0.4)
    // A line as dark as the ink, across the whole picture.
    try expectLike(photograph(.four, paper: { _, y in (200..<203).contains(y) ? 40 : 230 }))
  }

  @Test func specksAndBordersAreNotInk() throws {
    try expectLike(
      photograph(.four, paper: { x, y in (x * 7919 + y * 104_729) % 997 == 0 ? 20 : 230 }),
      within: 0.4)
    try expectLike(photograph(.four, paper: { x, y in x < 12 || y > 228 ? 40 : 230 }))
    try expectLike(
      photograph(.four, paper: { x, y in x < 6 || y < 6 || x > 193 || y > 233 ? 20 : 230 }))
  }

  @Test func strokesComeNearMNISTs() throws {
    for pen in [2.0, 4, 14, 26] {
      let picture = photograph(.four, pen: pen)
      let width =
        Plane(try preparation.prepare(picture).picture).resized(width: 112, height: 112)
        .strokeWidth / 4
      #expect((1.2...3.6).contains(width), "pen \(pen)")
    }
    var plain = preparation
    plain.adjustsStrokes = false
    let thin = photograph(.four, pen: 2)
    #expect(try plain.prepare(thin).picture != preparation.prepare(thin).picture)
  }

  @Test func aPhoneIsFastEnoughAndColourIsNoObstacle() throws {
    let small = photograph(.seven, width: 300, height: 400, left: 90, top: 120, size: 150, pen: 12)
    let large = small.mapped(width: 3000, height: 4000) { x, y in (x / 10, y / 10) }
    let prepared = try preparation.prepare(large)
    let same = try preparation.prepare(small).picture
    #expect(difference(prepared.picture, same) < 0.15)
    #expect(abs(prepared.box.top - 1200) < 120 && abs(prepared.box.height - 1600) < 250)
    let blue = Picture(
      small.width, small.height, 3,
      small.bytes.flatMap { [$0, $0, UInt8(255 - (255 - Int($0)) / 4)] })
    #expect(try difference(preparation.prepare(blue).picture, same) < 0.15)
  }

  @Test func anEmptyPictureIsNoDigit() throws {
    for value in [0, 128, 255] as [UInt8] {
      let blank = try Picture(width: 60, height: 80, grey: value)
      let error = try #require(throws: NoInkFound.self) { try preparation.prepare(blank) }
      #expect(error.description.hasPrefix("no ink found: "))
    }
    for side in [1, 2, 3] {
      #expect(throws: NoInkFound.self) {
        try preparation.prepare(Picture(width: side, height: side, grey: 255))
      }
    }
    // Nothing but the paper's grain, and light that falls off.
    #expect(throws: NoInkFound.self) {
      try preparation.prepare(
        photograph(DrawnDigit(strokes: []), noise: 12, paper: { _, _ in 180 }))
    }
    #expect(throws: NoInkFound.self) {
      try preparation.prepare(
        photograph(DrawnDigit(strokes: []), noise: 2, paper: { x, y in 230 - Double(x + y) / 3 }))
    }
  }

  @Test func everyStepIsAPicture() throws {
    let picture = photograph(.seven)
    let prepared = try preparation.prepare(picture, showsSteps: true)
    #expect(
      prepared.steps.map(\.name) == [
        "grey", "paper", "ink", "strokes", "digit", "cropped", "thickness", "28x28",
      ])
    #expect(prepared.steps.last?.picture == prepared.picture)
    #expect(prepared.picture == (try preparation.prepare(picture).picture))
    #expect(try prepared.sheet().width > 400)
  }

  @Test func wishesAreFollowed() throws {
    var wish = preparation
    wish.polarity = .lightOnDark
    #expect(try !wish.prepare(photograph(.zero).inverted).isDarkOnLight)
    wish = preparation
    (wish.side, wish.inner) = (32, 24)
    #expect(try wish.prepare(photograph(.four)).picture.width == 32)
    wish.inner = 40
    #expect(throws: NoInkFound.self) { try wish.prepare(photograph(.four)) }
  }

  @Test(arguments: OddImages.entries("valid", "valid_no_digits"))
  func oddPicturesAreADigitOrNoInk(_ entry: OddImages.Entry) throws {
    let picture = try Picture(reading: OddImages.path(entry.file))
    do throws(NoInkFound) {
      let prepared = try preparation.prepare(picture)
      #expect(prepared.picture.bytes.count == 784)
    } catch {
      #expect(!error.description.contains("\n"))
    }
    if entry.file.contains("blank") || entry.file.contains("noise.png") {
      #expect(throws: NoInkFound.self) { try preparation.prepare(picture) }
    }
  }
}
