/// What the classes of a set are called, and how its files number them.
struct ClassNames: Equatable {
  var names: [String]
  /// The label of the first class in the files.
  var first: Int32 = 0
  /// Whether pictures lie on their side, rows as columns.
  var isTransposed = false

  init(_ names: [String], first: Int32 = 0, isTransposed: Bool = false) {
    self.names = names
    self.first = first
    self.isTransposed = isTransposed
  }

  /// Classes that are called by their number.
  init(digits count: Int = 10) { names = (0..<count).map(String.init) }

  /// The classes of the set that a file seems to belong to, by its name and that of its folder: MNIST's
  /// followers have the same form, and only names tell them apart.
  init(guessing path: String, classes: Int? = nil) {
    let parts = path.split(separator: "/")
    let name = parts.last?.lowercased() ?? ""
    let place = parts.suffix(2).joined(separator: "/").lowercased()
    if name.hasPrefix("emnist-") {
      self = ClassNames.emnist(name)
    } else if place.contains("fashion") {
      self.init(ClassNames.clothes)
    } else if place.contains("kmnist") || place.contains("kuzushiji") {
      self.init(ClassNames.hiragana)
    } else {
      self.init(digits: 10)
    }
    if let classes, classes != names.count {
      names = (0..<max(1, classes)).map { String(Int(first) + $0) }
    }
  }

  private static let clothes = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]
  private static let hiragana = ["お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"]
  private static let digits = (0...9).map(String.init)
  private static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
  private static let small = "abcdefghijklmnopqrstuvwxyz".map(String.init)
  /// The small letters that do not look like their capitals.
  private static let distinct = "abdefghnqrt".map(String.init)

  /// EMNIST's parts number their classes as their mapping files say; `letters` counts from 1.
  private static func emnist(_ name: String) -> ClassNames {
    let part = name.dropFirst("emnist-".count)
    if part.hasPrefix("letters") { return ClassNames(small, first: 1, isTransposed: true) }
    if part.hasPrefix("byclass") {
      return ClassNames(digits + capitals + small, isTransposed: true)
    }
    if part.hasPrefix("balanced") || part.hasPrefix("bymerge") {
      return ClassNames(digits + capitals + distinct, isTransposed: true)
    }
    return ClassNames(digits, isTransposed: true)
  }
}
