/// How far pictures are changed while training: values that compose.
///
///     setup.augmentation = [.rotate(10), .shift(2), .elastic(1)]
///     setup.augmentation = .digits + [.noise(0.05)]
///
/// Each draw is uniform within plus or minus the number, unless the kind says otherwise. It depends on the seed, the epoch and
/// the picture's index in the data alone: never on threads, order or batch. (Mixup, which joins pictures of a batch, depends on
/// seed, update and place in the batch.)
///
/// What is done has one order, whatever the order in which it is written: flips; shear, rotation, scale, shift, perspective and elastic
/// displacement as one resampling; thickness; blur; inversion; contrast and brightness; noise; erasing; mixup. So that a picture is
/// resampled once, and nothing blurs it twice.
public struct Augmentation: Sendable, Hashable {
  /// One change: its kind and how far it may go.
  public struct Change: Sendable, Hashable {
    /// What is changed.
    public var kind: Kind
    /// How far, in the kind's unit.
    public var amount: Float
    /// The second number of `elastic` and `erase`.
    public var detail: Float

    /// A change; without a `detail` the usual one.
    public init(_ kind: Kind, _ amount: Float, detail: Float? = nil) {
      self.kind = kind
      self.amount = amount
      self.detail = detail ?? kind.detail?.usual ?? 0
    }
  }

  /// At most one of each kind, in the order of `Kind`.
  public private(set) var changes: [Change] = []

  /// These changes. Of two of one kind the later one counts.
  public init(_ changes: [Change] = []) {
    var last: [Kind: Change] = [:]
    for change in changes { last[change.kind] = change }
    self.changes = Kind.allCases.compactMap { last[$0] }
  }

  /// No change.
  public static let none = Augmentation()

  /// What suits handwritten digits: some rotation, shift, scale, shear and elastic displacement.
  public static let digits: Augmentation = [
    .rotate(10), .shift(2), .scale(0.1), .shear(0.1), .elastic(1),
  ]

  /// What changes nothing is left out.
  public var isNone: Bool { changes.allSatisfy { $0.amount == 0 } }

  /// How far a kind goes; 0 where it is not there.
  public subscript(kind: Kind) -> Float {
    get { changes.first { $0.kind == kind }?.amount ?? 0 }
    set {
      let detail = changes.first { $0.kind == kind }?.detail
      self = self + [Change(kind, newValue, detail: detail)]
    }
  }

  /// Both; where a kind is in both, the second one's.
  public static func + (first: Augmentation, second: Augmentation) -> Augmentation {
    Augmentation(first.changes + second.changes)
  }

  /// Pixels between the points whose displacement `elastic` draws.
  var elasticSpacing: Float { detail(.elastic) }

  /// The largest part of a picture's side that `erase` takes.
  var eraseSize: Float { detail(.erase) }

  private func detail(_ kind: Kind) -> Float {
    changes.first { $0.kind == kind }?.detail ?? kind.detail?.usual ?? 0
  }
}

extension Augmentation: ExpressibleByArrayLiteral {
  /// These changes.
  public init(arrayLiteral changes: Change...) { self.init(changes) }
}

extension Augmentation.Change {
  /// Up to so many pixels each way.
  public static func shift(_ pixels: Float) -> Self { Self(.shift, pixels) }
  /// Up to so many degrees either way.
  public static func rotate(_ degrees: Float) -> Self { Self(.rotate, degrees) }
  /// Larger and smaller: the size is multiplied by `exp(draw)`.
  public static func scale(_ part: Float) -> Self { Self(.scale, part) }
  /// Slanted: the tangent.
  public static func shear(_ tangent: Float) -> Self { Self(.shear, tangent) }
  /// Points of a grid, `spacing` pixels apart, moved by up to so many pixels each way.
  public static func elastic(_ pixels: Float, spacing: Float = 7) -> Self {
    Self(.elastic, pixels, detail: spacing)
  }
  /// Seen from the side: opposite borders differ in size by about twice this part.
  public static func perspective(_ part: Float) -> Self { Self(.perspective, part) }
  /// Strokes thicker or thinner by up to so many pixels on each side.
  public static func thickness(_ pixels: Float) -> Self { Self(.thickness, pixels) }
  /// Blurred by a Gaussian of up to this standard deviation.
  public static func blur(_ pixels: Float) -> Self { Self(.blur, pixels) }
  /// Brighter or darker, in units of full white.
  public static func brightness(_ part: Float) -> Self { Self(.brightness, part) }
  /// Every pixel multiplied by `1 + draw`.
  public static func contrast(_ part: Float) -> Self { Self(.contrast, part) }
  /// Noise of this standard deviation, in units of full white.
  public static func noise(_ deviation: Float) -> Self { Self(.noise, deviation) }
  /// A rectangle erased this often, its sides up to `size` of the picture's.
  public static func erase(_ probability: Float, size: Float = 0.3) -> Self {
    Self(.erase, probability, detail: size)
  }
  /// Black and white exchanged this often.
  public static func invert(_ probability: Float = 0.5) -> Self { Self(.invert, probability) }
  /// Left and right exchanged this often.
  public static func flipHorizontal(_ probability: Float = 0.5) -> Self {
    Self(.flipHorizontal, probability)
  }
  /// Top and bottom exchanged this often.
  public static func flipVertical(_ probability: Float = 0.5) -> Self {
    Self(.flipVertical, probability)
  }
  /// Every picture and its target mixed with another of the batch; shares drawn from Beta(alpha, alpha), the larger one for the
  /// picture itself.
  public static func mixup(alpha: Float) -> Self { Self(.mixup, alpha) }
}

// MARK: Checks

extension Augmentation {
  /// One clear line about the first number that makes no sense.
  public func validate() throws(DataError) {
    for change in changes {
      let kind = change.kind
      guard change.amount == 0 || (kind.least...kind.most).contains(change.amount) else {
        throw DataError(
          "augmentation \(kind.rawValue)=\(change.amount): needs \(kind.unit) from "
            + (kind.least > 0 ? "\(kind.least) to \(kind.most), or 0" : "0 to \(kind.most)"))
      }
      guard let detail = kind.detail, !detail.range.contains(change.detail) else { continue }
      throw DataError(
        "augmentation \(kind.rawValue)=\(change.amount):\(change.detail): needs \(detail.name) from "
          + "\(detail.range.lowerBound) to \(detail.range.upperBound) behind the colon")
    }
  }

  /// What is allowed and hardly meant, where pictures are digits: a line each.
  public var warnings: [String] {
    var lines: [String] = []
    if self[.flipHorizontal] > 0 {
      lines.append(
        "flip-horizontal: a mirrored 2, 3 or 7 is no digit, and a mirrored 2 looks like a 5; leave it out for digits"
      )
    }
    if self[.flipVertical] > 0 {
      lines.append(
        "flip-vertical: an overturned 4 or 7 is no digit, and an overturned 6 looks like a 9; leave it out for digits"
      )
    }
    if self[.rotate] > 60 {
      lines.append("rotate=\(self[.rotate]): a 6 turned so far is a 9; up to 20 suits digits")
    }
    return lines
  }
}
