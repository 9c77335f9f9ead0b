/// What strings of digits are written on.
public struct Paper: Sendable, Equatable, Codable {
  /// How light the paper is, 0 to 255, where nothing else darkens it.
  public var paper: ClosedRange<Float> = 200...255
  /// How light the ink is where it is full.
  public var ink: ClosedRange<Float> = 0...90
  /// How much lighter or darker one side may be than the other.
  public var shade: Float = 0
  /// The deviation of each pixel on its own, drawn up to this.
  public var grain: Float = 0
  /// How often the paper has lines, level or upright.
  public var lines: Float = 0
  /// How often it has specks.
  public var specks: Float = 0

  /// White or nearly white, dark ink, unless fields are set.
  public init() {}

  /// Black ink on white, all alike.
  public static let white: Paper = {
    var paper = Paper()
    (paper.paper, paper.ink) = (255...255, 0...0)
    return paper
  }()

  /// Light digits on black, as MNIST's.
  public static let black: Paper = {
    var paper = Paper()
    (paper.paper, paper.ink) = (0...0, 255...255)
    return paper
  }()

  /// As forms and notes look that were scanned or photographed.
  public static let scanned: Paper = {
    var paper = Paper()
    (paper.shade, paper.grain, paper.lines, paper.specks) = (30, 8, 0.25, 0.3)
    return paper
  }()

  func check() throws(DataError) {
    let levels = [paper.lowerBound, paper.upperBound, ink.lowerBound, ink.upperBound]
    guard levels.allSatisfy({ (0...255).contains($0) }) else {
      throw DataError("paper and ink are from 0 to 255, not \(paper) and \(ink)")
    }
    guard (0...255).contains(shade), (0...128).contains(grain), (0...1).contains(lines),
      (0...1).contains(specks)
    else {
      throw DataError(
        "paper of shade \(shade), grain \(grain), lines \(lines) and specks \(specks) cannot be: "
          + "shade is from 0 to 255, grain from 0 to 128, the others from 0 to 1")
    }
  }

  /// The picture of ink on a sheet of this paper.
  func picture(
    of ink: [Float], width: Int, height: Int, _ random: inout RandomStream
  ) -> Picture {
    var light = [Float](
      repeating: random.within(paper.lowerBound, paper.upperBound), count: width * height)
    let full = random.within(self.ink.lowerBound, self.ink.upperBound)
    if shade > 0 { shade(&light, width, height, &random) }
    if random.chance(lines) { rule(&light, width, height, full, &random) }
    if random.chance(specks) {
      for _ in 0...random.below(8) { light[Int(random.below(UInt32(light.count)))] = full }
    }
    let noise = grain * random.unit()
    for pixel in light.indices {
      var value = light[pixel] + (full - light[pixel]) * ink[pixel]
      if noise > 0 { value += noise * random.bell() }
      light[pixel] = value
    }
    return Picture(width, height, 1, light.map { UInt8(max(0, min(255, $0)) + 0.5) })
  }

  private func shade(
    _ light: inout [Float], _ width: Int, _ height: Int, _ random: inout RandomStream
  ) {
    let (x, y) = (random.within(-1, 1) * shade, random.within(-1, 1) * shade)
    for row in 0..<height {
      for column in 0..<width {
        let (u, v) = (Float(column) / Float(width) - 0.5, Float(row) / Float(height) - 0.5)
        light[row * width + column] += x * u + y * v
      }
    }
  }

  /// One to three lines across the sheet, paler than ink.
  private func rule(
    _ light: inout [Float], _ width: Int, _ height: Int, _ full: Float,
    _ random: inout RandomStream
  ) {
    let isLevel = random.chance(0.7)
    let strength = random.within(0.15, 0.6)
    for _ in 0...random.below(3) {
      let place = Int(random.below(UInt32(isLevel ? height : width)))
      for along in 0..<(isLevel ? width : height) {
        let pixel = isLevel ? place * width + along : along * width + place
        light[pixel] += (full - light[pixel]) * strength
      }
    }
  }
}
