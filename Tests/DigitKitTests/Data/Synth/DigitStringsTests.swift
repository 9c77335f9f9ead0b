import Testing

@testable import DigitKit

@Suite struct DigitStringsTests {
  static func drawn(_ change: (inout DigitStrings.Options) -> Void = { _ in }) throws
    -> DigitStrings
  {
    var options = DigitStrings.Options()
    options.height = 24
    change(&options)
    return try DigitStrings(of: .drawn(.everything), options: options, seed: 3)
  }

  /// All ten digits, 28x28.
  static func set(labels: [Int32]? = nil) throws -> ImageSet {
    let drawn = try Synth(seed: 7).images(count: 20)
    return try ImageSet(
      pixels: drawn.pixels, labels: labels ?? drawn.labels, height: 28, width: 28)
  }

  @Test func aStringDependsOnSeedAndNumberAlone() throws {
    let strings = try DigitStringsTests.drawn()
    let second = try strings.string(1)
    _ = try strings.string(0)
    #expect(try strings.string(1) == second)
    #expect(try strings.string(2) != second)
    let others = try DigitStrings(of: .drawn(.everything), options: strings.options, seed: 4)
    #expect(try others.string(1) != second)
  }

  /// Written down once, as the single digits.
  @Test func theStringsAreForGood() throws {
    let strings = try DigitStringsTests.drawn().string(0)
    let fromSet = try DigitStrings(of: .images(DigitStringsTests.set()), seed: 1).string(0)
    let sums = [strings, fromSet].map {
      SynthTests.checksum($0.picture.bytes + Array($0.text.utf8))
    }
    #expect(sums == DigitStringsTests.recorded)
  }
  static let recorded: [UInt64] = [3263593519723221188, 6290484495728594240]

  /// On clean paper all ink lies in the boxes, and each box ends where its digit's ink does.
  @Test(arguments: [false, true]) func boxesHoldTheInk(fromSet: Bool) throws {
    var options = DigitStrings.Options()
    options.paper = .black
    options.height = 24
    options.spacing = 0.1...0.5
    options.unevenSpacing = 0.05
    options.slope = 0
    let source: DigitStrings.Source =
      fromSet ? .images(try DigitStringsTests.set()) : .drawn(.handwriting)
    let strings = try DigitStrings(of: source, options: options, seed: 9)
    for number in 0..<12 {
      let string = try strings.string(number)
      #expect(string.boxes.count == string.text.count)
      let picture = string.picture
      var outside = 0
      for y in 0..<picture.height {
        for x in 0..<picture.width where picture[x, y] > 0 {
          if !string.boxes.contains(where: { $0.holds(x, y) }) { outside += 1 }
        }
      }
      #expect(outside == 0)
      for box in string.boxes {
        let columns = box.x..<box.x + box.width
        let rows = box.y..<box.y + box.height
        #expect(rows.contains { picture[box.x, $0] > 0 })
        #expect(rows.contains { picture[box.x + box.width - 1, $0] > 0 })
        #expect(columns.contains { picture[$0, box.y] > 0 })
        #expect(columns.contains { picture[$0, box.y + box.height - 1] > 0 })
      }
      for (a, b) in zip(string.boxes, string.boxes.dropFirst()) {
        #expect(b.x >= a.x + a.width, "digits with space between them are apart")
      }
    }
  }

  @Test func closeStringsTouch() throws {
    let close = try DigitStringsTests.drawn {
      $0.spacing = -0.2 ... -0.2
      $0.length = 6...6
    }
    let boxes = try close.string(0).boxes
    #expect(zip(boxes, boxes.dropFirst()).contains { $1.x < $0.x + $0.width })
    for (a, b) in zip(boxes, boxes.dropFirst()) { #expect(b.x > a.x, "never behind one another") }
  }

  @Test func lengthsAndLeadingZerosAreAsAsked() throws {
    let strings = try DigitStringsTests.drawn {
      $0.length = 2...4
      $0.leadingZeros = false
    }
    let texts = try (0..<60).map { try strings.string($0).text }
    #expect(Set(texts.map(\.count)) == [2, 3, 4])
    #expect(texts.allSatisfy { !$0.hasPrefix("0") })
    let others = try DigitStringsTests.drawn { $0.length = 2...2 }
    #expect(try (0..<60).contains { try others.string($0).text.hasPrefix("0") })
    // One digit alone may always be 0.
    let single = try DigitStringsTests.drawn {
      $0.length = 1...1
      $0.leadingZeros = false
    }
    #expect(try (0..<60).contains { try single.string($0).text == "0" })
  }

  @Test func sizesStayWithinWhatOptionsAllow() throws {
    let strings = try DigitStringsTests.drawn { $0.length = 1...8 }
    for number in 0..<20 {
      let string = try strings.string(number)
      // Margins of half a height on each side, digits at most 1.9 heights wide with their gap.
      #expect(string.picture.width <= 24 + string.text.count * 24 * 19 / 10 + 24)
      #expect(string.picture.height <= 24 * 4)
      #expect(string.picture.channels == 1)
    }
  }

  @Test func whatCannotBeComposedIsOneClearLine() throws {
    for change: (inout DigitStrings.Options) -> Void in [
      { $0.length = 0...3 }, { $0.length = 1...65 }, { $0.height = 7 }, { $0.height = 257 },
      { $0.spacing = -0.6...0 }, { $0.spacing = 0...5 }, { $0.margin = -0.1...1 },
      { $0.slant = 1.1 }, { $0.size = .nan }, { $0.thickness = -1 }, { $0.slope = 0.6 },
      { $0.paper.paper = 0...256 }, { $0.paper.grain = -1 }, { $0.paper.lines = 2 },
    ] {
      #expect(throws: DataError.self) { try DigitStringsTests.drawn(change) }
    }
    #expect(throws: DataError.self) { try DigitStringsTests.drawn().string(-1) }
    // Without nines; with a class that is no digit; with an empty picture.
    let labels = try DigitStringsTests.set().labels
    let noNines = try DigitStringsTests.set(labels: labels.map { $0 == 9 ? 8 : $0 })
    let letters = try DigitStringsTests.set(labels: [10] + labels.dropFirst())
    for set in [noNines, letters] {
      #expect(throws: DataError.self) { try DigitStrings(of: .images(set)) }
    }
    let black = try ImageSet(
      pixels: [UInt8](repeating: 0, count: 10 * 64), labels: Array(0..<10), height: 8, width: 8)
    let error = #expect(throws: DataError.self) {
      try DigitStrings(of: .images(black)).string(0)
    }
    #expect(error?.message.contains("is empty") == true)
    // A line across; strings that could be larger than memory.
    let line = (0..<10 * 64).map { UInt8($0 % 64 / 8 == 3 ? 255 : 0) }
    let lines = try ImageSet(pixels: line, labels: Array(0..<10), height: 8, width: 8)
    let flat = #expect(throws: DataError.self) {
      try DigitStrings(of: .images(lines)).string(0)
    }
    #expect(flat?.message.contains("8x1, too flat") == true)
    let huge = #expect(throws: DataError.self) {
      try DigitStringsTests.drawn { ($0.length, $0.height, $0.slope) = (1...64, 256, 0.5) }
    }
    #expect(huge?.message.contains("64 million") == true)
  }

  @Test func optionsGoThroughAFile() throws {
    try expectRoundTrip(DigitStrings.Options())
    try expectRoundTrip(Paper.scanned)
  }
}

extension DigitString.Box {
  fileprivate func holds(_ x: Int, _ y: Int) -> Bool {
    (self.x..<self.x + width).contains(x) && (self.y..<self.y + height).contains(y)
  }
}
