/// Brings a photo or drawing of one digit into MNIST's form: light ink on black, scaled into 20x20 with its
/// proportions kept, its centre of mass in the middle of 28x28.
///
///     let prepared = try DigitPreparation().prepare(Picture(reading: "four.jpg"))
///     let probabilities = try predictor.predict(prepared.picture.bytes)
///
/// The paper may be grey, ruled, unevenly lit or in shadow, the ink dark or light. Constants were found on
/// pictures made by program and on one half of a set of drawings, never on MNIST's test set.
public struct DigitPreparation: Sendable, Equatable {
  /// Which of the two is the ink.
  public enum Polarity: String, Sendable, Codable, CaseIterable {
    /// Found out: ink is what there is less of.
    case automatic
    /// As on paper.
    case darkOnLight
    /// As on a blackboard, a display, or in MNIST.
    case lightOnDark
  }

  /// Rows and columns of the result.
  public var side = 28
  /// The longer side of the ink in it.
  public var inner = 20
  /// Which of the two is the ink.
  public var polarity = Polarity.automatic
  /// Whether strokes much thinner or thicker than MNIST's are brought near theirs.
  public var adjustsStrokes = true

  /// MNIST's form.
  public init() {}

  /// The digit of a picture. With `showsSteps` every step on the way is kept as a picture.
  public func prepare(
    _ picture: Picture, showsSteps: Bool = false
  ) throws(NoInkFound) -> PreparedDigit {
    guard inner >= 4, side >= inner, side <= 1024 else {
      throw NoInkFound("ink of \(inner) pixels does not go into \(side)x\(side)")
    }
    var steps = Steps(isOn: showsSteps)
    let grey = picture.reduced(toSide: DigitPreparation.workSide)
    steps.add("grey", grey)
    let found = InkMap(grey, polarity)
    steps.add("paper", found.background.picture)
    let level = try InkLevel(found.ink, noise: found.noise)
    steps.add("ink", found.ink.picture)
    var mask = InkMask(found.ink, level)
    mask.removeLines()
    steps.add("strokes", mask.picture)
    let box = try mask.keepDigit()
    steps.add("digit", mask.picture)
    var stroke = Stroke(found.ink, mask, level, box, inner: inner)
    steps.add("cropped", stroke.plane.picture)
    if adjustsStrokes {
      stroke.adjust()
      steps.add("thickness", stroke.plane.picture)
    }
    let digit = stroke.centred(in: side)
    steps.add("\(side)x\(side)", digit)
    return PreparedDigit(
      picture: digit, isDarkOnLight: found.isDark, box: box.scaled(from: grey, to: picture),
      strokeWidth: stroke.width, steps: steps.list)
  }

  /// No side is longer while the digit is looked for: more shows the paper's grain, less loses thin pens.
  static let workSide = 512
}

/// A digit in MNIST's form, and how it came about.
public struct PreparedDigit: Sendable, Equatable {
  /// Something on the way, to look at.
  public struct Step: Sendable, Equatable {
    /// What it is.
    public var name: String
    /// What it looked like.
    public var picture: Picture
  }

  /// The digit, light on black.
  public var picture: Picture
  /// Whether the ink was the darker.
  public var isDarkOnLight: Bool
  /// Where in the original picture the ink is.
  public var box: PixelBox
  /// Of the strokes, in pixels of the result, before they were adjusted.
  public var strokeWidth: Float
  /// All steps, if they were asked for.
  public var steps: [Step]

  /// All steps beside each other, in one size.
  public func sheet(side: Int = 112) throws(DataError) -> Picture {
    var pictures: [Picture] = []
    for step in steps {
      let (width, height) = (step.picture.width, step.picture.height)
      let longest = max(width, height)
      pictures.append(
        try step.picture.resized(
          width: max(1, width * side / longest), height: max(1, height * side / longest)))
    }
    return try ContactSheet(columns: 4, scale: 1).draw(pictures, captions: steps.map(\.name))
  }
}

/// A part of a picture.
public struct PixelBox: Sendable, Equatable {
  /// Its first column.
  public var left: Int
  /// Its first row.
  public var top: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  func scaled(from small: Picture, to large: Picture) -> PixelBox {
    func place(_ value: Int, _ from: Int, _ to: Int) -> Int { value * to / from }
    let (x, y) = (
      place(left, small.width, large.width), place(top, small.height, large.height)
    )
    return PixelBox(
      left: x, top: y, width: place(left + width, small.width, large.width) - x,
      height: place(top + height, small.height, large.height) - y)
  }

  /// Pixels between two boxes, the larger of both directions; 0 where they meet.
  func distance(to other: PixelBox) -> Int {
    let across = max(other.left - left - width, left - other.left - other.width)
    let down = max(other.top - top - height, top - other.top - other.height)
    return max(0, across, down)
  }
}

/// There is no digit to prepare: one line with what was seen.
public struct NoInkFound: Error, Equatable, CustomStringConvertible {
  /// The line.
  public var description: String

  init(_ reason: String) { description = "no ink found: \(reason)" }
}

private struct Steps {
  var isOn: Bool
  var list: [PreparedDigit.Step] = []

  mutating func add(_ name: String, _ picture: @autoclosure () -> Picture) {
    if isOn { list.append(.init(name: name, picture: picture())) }
  }
}
