/// Labelled pictures from one source: a part to learn from and, where the source has one, a part to be
/// tested on.
public struct DataSet: Sendable {
  /// The pictures to learn from; all of them where the source makes no difference.
  public var training: ImageSet
  /// The pictures to be tested on, if the source sets some apart.
  public var test: ImageSet?
  /// What the classes are called, by label.
  public var classNames: [String]
  /// What people call it: the name it was found by, or else its path.
  public var name: String
  /// Where it was found.
  public var path: String
  /// What it was found to be, such as `IDX files`.
  public var form: String
  /// What could not be read, where that was allowed.
  public var skipped: Skipped
  /// Whether `LoadingOptions.preparation` was done while pictures were decoded.
  var isPrepared = false
  /// What a user may want to know of how it was read, one line each.
  public var notes: [String]

  init(
    _ training: Part, test: Part? = nil, _ classNames: [String], path: String, form: String,
    notes: [String] = []
  ) {
    self.training = training.set
    self.test = test?.set
    self.classNames = classNames
    name = path
    self.path = path
    self.form = form
    self.notes = notes
    skipped = training.skipped
    if let test { skipped.add(test.skipped) }
  }
}

/// How data is read. The plain value suits what is whole.
public struct LoadingOptions: Sendable {
  /// Where decoded pictures of a folder are kept for the next time.
  public enum Cache: Sendable, Equatable {
    /// `$XDG_CACHE_HOME/digitkit`, usually `~/.cache/digitkit`.
    case usual
    /// A folder.
    case folder(String)
    /// Nowhere: they stay in memory.
    case none
  }

  /// Rows and columns.
  public struct Size: Sendable, Equatable {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Rows and columns.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// Whether pictures that cannot be read, and labels that cannot be, are left out and counted instead of
  /// being an error.
  public var skipsBad = false
  /// How many classes there are, where the source does not say so; ten otherwise.
  public var classes: Int?
  /// The file of the labels, where it has not the usual name.
  public var labels: String?
  /// The size that the pictures of a folder get. Without it they keep theirs if it is the same for all, and
  /// become 28x28 if not.
  public var size: Size?
  /// Whether the pictures of a folder keep their colours; they become grey otherwise.
  public var isColour = false
  /// How each picture is brought into the form that networks know, as a reader of photos does it; nil: it is taken as
  /// it comes. Pictures of a folder are prepared from their full size.
  public var preparation: DigitPreparation?
  /// Where decoded pictures of a folder are kept.
  public var cache = Cache.usual
  /// How many threads decode pictures; 0: one for each core.
  public var threads = 0
  /// Hears, while a folder is decoded, how many of how many pictures are done.
  public var onProgress: (@Sendable (Int, Int) -> Void)?

  /// The plain value.
  public init() {}
}
