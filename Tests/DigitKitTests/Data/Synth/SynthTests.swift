import Testing

@testable import DigitKit

@Suite struct SynthTests {
  static let styles: [Synth.Style] = [.handwriting, .printed, .everything]

  @Test(arguments: styles) func sameBitsOnAnyNumberOfThreads(style: Synth.Style) throws {
    let synth = try Synth(seed: 5, style: style)
    let one = try synth.images(count: 30, threads: 1)
    for threads in [2, 3, 40] {
      #expect(try synth.images(count: 30, threads: threads) == one)
    }
    #expect(try Synth(seed: 6, style: style).images(count: 30).pixels != one.pixels)
  }

  @Test func aPictureDependsOnItsNumberAlone() throws {
    let synth = try Synth(seed: 2)
    let all = try synth.images(count: 24)
    let later = try synth.images(count: 11, from: 13)
    #expect(later.labels == Array(all.labels[13...]))
    #expect(Array(later.pixels) == Array(all.pixels)[(13 * 784)...].map { $0 })
    let picture = try synth.picture(17)
    #expect(picture.bytes == Array(all.image(17)))
    #expect(try synth.label(17) == Int(all.labels[17]))
    #expect(try synth.picture(17, digit: Int(all.labels[17])) == picture)
    #expect(try synth.picture(1 << 40) != synth.picture(1 << 41))
  }

  /// Written down once: a change here changes what every network learns that is trained on drawn digits.
  @Test func theDigitsAreForGood() throws {
    let sums = try SynthTests.styles.map { style in
      SynthTests.checksum(Array(try Synth(seed: 1, style: style).images(count: 20).pixels))
    }
    #expect(sums == SynthTests.recorded)
  }
  static let recorded: [UInt64] = [
    1594467526939325589, 9077750237376167901, 14255269395632338715,
  ]

  /// FNV-1a
  static func checksum(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  @Test func everyTenHoldEachDigitOnceInChangingOrder() throws {
    let labels = try Synth(seed: 3).images(count: 40).labels
    let turns = (0..<4).map { Array(labels[10 * $0..<10 * $0 + 10]) }
    for turn in turns { #expect(turn.sorted() == Array(0..<10)) }
    #expect(Set(turns).count == 4)
  }

  /// The ink fits the box, fills it, and has its centre of mass in the middle, as MNIST's.
  @Test(arguments: styles, [28, 40]) func digitsHaveMNISTsForm(style: Synth.Style, side: Int) throws
  {
    var style = style
    style.noise = 0
    let synth = try Synth(seed: 8, style: style, side: side)
    let box = DigitForm(side: side).box
    for number in 0..<30 {
      let ink = Inked(try synth.picture(number))
      let longer = max(ink.width, ink.height)
      #expect(longer <= box && longer >= box - 2, "number \(number): \(ink)")
      let middle = Float(side / 2)
      #expect(abs(ink.x - middle) <= 0.51, "number \(number): \(ink)")
      #expect(abs(ink.y - middle) <= 0.51, "number \(number): \(ink)")
      #expect(ink.lightest > 200)
    }
  }

  @Test func noiseAndVarietyDoSomething() throws {
    func pixels(_ change: (inout Synth.Style) -> Void) throws -> [UInt8] {
      var style = Synth.Style.handwriting
      change(&style)
      return Array(try Synth(seed: 4, style: style).images(count: 20).pixels)
    }
    let usual = try pixels { _ in }
    #expect(try pixels { $0.noise = 0 } != usual)
    #expect(try pixels { $0.variety = 0.5 } != usual)
    #expect(try pixels { $0.printed = 1 } != usual)
  }

  @Test func whatCannotBeDrawnIsOneClearLine() throws {
    func expectError(_ text: String, _ body: () throws -> Void) {
      let error = #expect(throws: DataError.self, performing: body)
      #expect(error?.message.contains(text) == true, "\(String(describing: error))")
    }
    let synth = try Synth()
    expectError("ask for 1 or more") { _ = try synth.images(count: 0) }
    expectError("ask for 1 or more") { _ = try synth.images(count: -3) }
    expectError("in parts") { _ = try synth.images(count: .max) }
    expectError("in parts") { _ = try synth.images(count: 1 << 25) }
    expectError("no number -1") { _ = try synth.images(count: 1, from: -1) }
    expectError("no number -7") { _ = try synth.picture(-7) }
    expectError("no digit 10") { _ = try synth.picture(0, digit: 10) }
    expectError("12 to 256") { _ = try Synth(side: 11) }
    expectError("12 to 256") { _ = try Synth(side: 257) }
    for change: (inout Synth.Style) -> Void in [
      { $0.handwriting = 0 }, { $0.printed = -1 }, { $0.sevenSegment = .nan },
      { $0.handwriting = .infinity }, { $0.variety = 2.1 }, { $0.noise = -0.1 },
      { $0.noise = .nan },
    ] {
      var style = Synth.Style.handwriting
      change(&style)
      #expect(throws: DataError.self) { try Synth(style: style) }
    }
  }

  @Test func aStyleGoesThroughAFile() throws { try expectRoundTrip(Synth.Style.everything) }
}

/// What of a picture is ink.
struct Inked {
  var width: Int
  var height: Int
  /// The centre of mass, counted from the middle of the first pixel as MNIST does.
  var x: Float
  var y: Float
  var lightest: UInt8

  init(_ picture: Picture) {
    var (left, right, top, bottom) = (picture.width, -1, picture.height, -1)
    var (mass, x, y): (Float, Float, Float) = (0, 0, 0)
    for row in 0..<picture.height {
      for column in 0..<picture.width where picture[column, row] > 0 {
        let value = Float(picture[column, row])
        mass += value
        x += value * Float(column)
        y += value * Float(row)
        (left, right) = (min(left, column), max(right, column))
        (top, bottom) = (min(top, row), max(bottom, row))
      }
    }
    (width, height) = (right - left + 1, bottom - top + 1)
    (self.x, self.y) = (x / mass, y / mass)
    lightest = picture.bytes.max() ?? 0
  }
}
