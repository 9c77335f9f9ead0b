/// A picture of several digits in a row, with the truth about it.
public struct DigitString: Sendable, Equatable {
  /// Grey.
  public let picture: Picture
  /// The digits from left to right.
  public let text: String
  /// Where each digit's ink lies, from left to right.
  public let boxes: [Box]

  /// Whole pixels.
  public struct Box: Sendable, Equatable, Codable {
    /// The first column.
    public var x: Int
    /// The first row.
    public var y: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int
  }
}
