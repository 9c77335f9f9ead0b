extension Synth {
  /// What kinds of digits are drawn, and how clean they are.
  public struct Style: Sendable, Equatable, Codable {
    /// How often digits are handwritten. The three weights count in proportion to each other.
    public var handwriting: Float = 1
    /// How often digits are printed, in faces with and without serifs.
    public var printed: Float = 0
    /// How often digits are those of a display of seven bars.
    public var sevenSegment: Float = 0
    /// How strongly handwriting differs: 1 as people's does, 0 all alike, at most 2.
    public var variety: Float = 1
    /// Specks, rough edges and uneven ink: 0 none, 1 as in scanned forms, at most 3.
    public var noise: Float = 1

    /// Handwriting alone, unless fields are set.
    public init() {}

    /// Digits as people write them: for networks that read handwriting, MNIST's too.
    public static let handwriting = Style()

    /// Print and displays.
    public static let printed: Style = {
      var style = Style()
      (style.handwriting, style.printed, style.sevenSegment) = (0, 0.75, 0.25)
      return style
    }()

    /// All kinds, half of them handwritten, with more noise.
    public static let everything: Style = {
      var style = Style()
      (style.handwriting, style.printed, style.sevenSegment) = (0.5, 0.35, 0.15)
      style.noise = 1.5
      return style
    }()

    /// One clear line about the first value that makes no sense.
    func check() throws(DataError) {
      let weights = [handwriting, printed, sevenSegment]
      guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }), weights.contains(where: { $0 > 0 })
      else {
        throw DataError(
          "weights of drawn digits are 0 or more and not all 0, but handwriting has \(handwriting), "
            + "printed \(printed) and sevenSegment \(sevenSegment)")
      }
      guard (0...2).contains(variety) else {
        throw DataError("the variety of drawn digits is from 0 to 2, not \(variety)")
      }
      guard (0...3).contains(noise) else {
        throw DataError("the noise of drawn digits is from 0 to 3, not \(noise)")
      }
    }
  }
}
