/// One way of writing a digit by hand.
///
/// Each hand of `hands` is the same strokes with the same knots as another writer would set them; a digit is
/// drawn somewhere between them, so that what changes together in real writing changes together here.
struct HandVariant: Sendable {
  var digit: Int
  var name: String
  /// How often, among the variants of the digit.
  var weight: Float
  var hands: [Skeleton]

  init(_ digit: Int, _ name: String, _ weight: Float, _ hands: String...) {
    self.digit = digit
    self.name = name
    self.weight = weight
    self.hands = hands.map { Skeleton($0) }
  }

  static let all = zeroToFour + fiveToNine
  /// By digit.
  static let byDigit = (0..<10).map { digit in all.filter { $0.digit == digit } }
  static let weights = byDigit.map { $0.map(\.weight) }
}
