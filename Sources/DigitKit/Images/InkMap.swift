/// How much ink there is at each pixel, 0 to 255, with the light and the paper taken out.
struct InkMap {
  var ink: Plane
  /// What the picture would be without ink.
  var background: Plane
  /// Whether ink is darker than paper.
  var isDark: Bool
  /// The standard deviation of the paper's own grain, in the units of `ink`.
  var noise: Float

  init(_ grey: Picture, _ polarity: DigitPreparation.Polarity) {
    let plane = Plane(grey)
    let grain = plane.grain
    let dark = InkMap(darkOn: plane, grain)
    let light = InkMap(darkOn: plane.negative, grain)
    isDark =
      switch polarity {
      case .darkOnLight: true
      case .lightOnDark: false
      // What is taken for ink wrongly is the paper between strokes and around them, which is more.
      case .automatic: dark.mass <= light.mass
      }
    let found = isDark ? dark : light
    (ink, noise) = (found.ink, found.noise)
    background = isDark ? dark.background : light.background.negative
  }

  private init(darkOn plane: Plane, _ grain: Float) {
    background = InkMap.paper(of: plane)
    noise = grain * 255 / max(64, background.quantile(0.5))
    ink = plane
    for (place, paper) in background.values.enumerated() {
      // Relative to the paper: in shadow the ink is darker by less.
      ink.values[place] = max(0, paper - plane.values[place]) * 255 / max(64, paper)
    }
    // The closing follows the lightest grains: the paper's middle lies somewhat below.
    let middle = min(ink.quantile(0.5), 3 * noise)
    for place in ink.values.indices { ink.values[place] = max(0, ink.values[place] - middle) }
    isDark = true
  }

  private var mass: Float {
    ink.values.reduce(0) { $0 + max(0, $1 - 3 * noise) }
  }

  /// Paper as it would be without dark strokes: everything dark and narrower than half the picture is filled
  /// from its surroundings (a morphological closing), which keeps slopes of light and the edges of shadows.
  private static func paper(of plane: Plane) -> Plane {
    let longest = max(plane.width, plane.height)
    let step = max(1, (longest + smallSide - 1) / smallSide)
    let small = plane.resized(
      width: max(1, plane.width / step), height: max(1, plane.height / step))
    let radius = max(2, max(small.width, small.height) / 4)
    return small.dilated(radius).eroded(radius).blurred(1)
      .resized(width: plane.width, height: plane.height)
  }

  /// Paper has no detail: a small picture shows all of it.
  private static let smallSide = 96
}

extension Plane {
  /// Light becomes dark.
  var negative: Plane { Plane(width: width, height: height, values: values.map { 255 - $0 }) }

  /// The standard deviation of noise, as the middle difference between neighbours tells it: ink and shadows have
  /// edges in few places, grain has them everywhere.
  var grain: Float {
    guard width > 1 else { return 0 }
    var differences: [Float] = []
    differences.reserveCapacity(values.count)
    for y in 0..<height {
      for x in 1..<width { differences.append(abs(self[x, y] - self[x - 1, y])) }
    }
    differences.sort()
    return differences[differences.count / 2] / (0.6745 * 1.4142)
  }
}

/// From how much on ink is ink.
struct InkLevel {
  /// The strongest ink, a few pixels aside.
  var peak: Float
  /// Ink that belongs to a stroke if the stroke has stronger ink elsewhere.
  var low: Float
  /// Ink that makes a stroke.
  var high: Float

  init(_ ink: Plane, noise: Float) throws(NoInkFound) {
    let few = Float(max(4, ink.values.count / 2000)) / Float(ink.values.count)
    peak = ink.quantile(1 - few)
    guard peak >= InkLevel.faintest, peak >= 4 * noise else {
      throw NoInkFound(
        "the strongest contrast is \(Int(peak)) of 255, the paper's own grain \(Int(noise))")
    }
    low = max(0.35 * peak, min(2.5 * noise, 0.5 * peak))
    high = max(low, 0.6 * peak)
  }

  /// Pencil on grey paper has 40 or more; compression of a blank picture reaches 10.
  private static let faintest: Float = 16
}
