/// What a picture can be changed by: the name on a command line, what the number means and how large it may be.
extension Augmentation {
  /// One kind of change. The order of the cases is the order in which they are listed, not that in which they are
  /// done, which is fixed: see `Augmentation`.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Pixels, each way.
    case shift
    /// Degrees, either way.
    case rotate
    /// The size is multiplied by `exp(draw)`: 0.1 is about 10 %.
    case scale
    /// Tangent of the slant.
    case shear
    /// Pixels that points of a grid are moved; all between follows smoothly.
    case elastic
    /// Opposite borders differ in size by about twice this part, as in a photo taken from the side.
    case perspective
    /// Pixels that strokes grow or shrink on each side.
    case thickness
    /// Standard deviation of a Gaussian in pixels; drawn from 0 on.
    case blur
    /// Added to every pixel, in units of full white.
    case brightness
    /// Every pixel is multiplied by `1 + draw`.
    case contrast
    /// Standard deviation of what is added to each pixel, in units of full white.
    case noise
    /// How often a rectangle is erased.
    case erase
    /// How often black and white are exchanged.
    case invert
    /// How often left and right are exchanged. No change for digits.
    case flipHorizontal = "flip-horizontal"
    /// How often top and bottom are exchanged. No change for digits.
    case flipVertical = "flip-vertical"
    /// Alpha of the distribution of shares with which two pictures and their targets are mixed.
    case mixup
  }
}

extension Augmentation.Kind {
  /// The largest number that makes sense.
  public var most: Float {
    switch self {
    case .shift: 64
    case .rotate: 180
    case .scale, .brightness, .contrast, .noise: 1
    case .shear: 2
    case .elastic: 16
    case .perspective: 0.45
    case .thickness, .blur: 4
    case .erase, .invert, .flipHorizontal, .flipVertical: 1
    case .mixup: 16
    }
  }

  /// The smallest above 0.
  var least: Float { self == .mixup ? 0.05 : 0 }

  /// What the number counts.
  public var unit: String {
    switch self {
    case .shift, .elastic, .thickness, .blur: "pixels"
    case .rotate: "degrees"
    case .scale, .perspective, .contrast: "a part of 1"
    case .shear: "a tangent"
    case .brightness, .noise: "a part of full white"
    case .erase, .invert, .flipHorizontal, .flipVertical: "a probability"
    case .mixup: "alpha"
    }
  }

  /// A second number that this kind has, behind a colon: what it is, its usual value and its range.
  var detail: (name: String, usual: Float, range: ClosedRange<Float>)? {
    switch self {
    case .elastic: ("pixels between the points of the grid", 7, 1...64)
    case .erase: ("the largest part of a side", 0.3, 0.01...1)
    default: nil
    }
  }

  /// A number that shows what the kind does.
  var example: Float {
    switch self {
    case .shift: 4
    case .rotate: 20
    case .scale: 0.3
    case .shear: 0.4
    case .elastic: 3
    case .perspective: 0.3
    case .thickness: 1.5
    case .blur: 1.5
    case .brightness, .contrast: 0.4
    case .noise: 0.15
    case .erase: 1
    case .invert, .flipHorizontal, .flipVertical: 0.5
    case .mixup: 1
    }
  }
}
