/// The colours of several lines in one drawing: ten, then again.
enum SeriesStyle {
  static func number(_ index: Int) -> String { "s\(index % 10)" }
  /// What is there to compare with, but not looked at.
  static let faint = "faint"
}
