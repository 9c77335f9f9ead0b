/// A pattern for names of layers and tensors: `*` stands for any characters, `?` for one.
public struct NamePattern: Sendable, Hashable, Codable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  /// The pattern.
  public var text: String
  /// The same.
  public var description: String { text }

  /// A pattern.
  public init(_ text: String) { self.text = text }
  /// A pattern.
  public init(stringLiteral text: String) { self.text = text }

  /// In a file it is just its text.
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }
  /// In a file it is just its text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Whether the pattern describes the whole name.
  public func matches(_ name: String) -> Bool {
    let pattern = Array(text.unicodeScalars)
    let name = Array(name.unicodeScalars)
    var p = 0
    var n = 0
    // The last star, and how far into the name it reached: the only choice that is ever taken back, so
    // that no pattern takes exponential time.
    var star: (p: Int, n: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = star {
        star = (last.p, last.n + 1)
        p = last.p + 1
        n = last.n + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
