/// `rotate=10,shift=2,elastic=1:7`: the form on command lines and in files.
extension Augmentation: CustomStringConvertible {
  /// Names and numbers, `none` without any.
  public var description: String {
    changes.isEmpty
      ? "none"
      : changes.map(\.description).joined(separator: ",")
  }

  /// Reads the text form: changes and the names `digits` and `none`, with commas between. Of a kind that a
  /// name brings and a change gives, the change counts; written twice, it is an error.
  public init(parsing text: String) throws(DataError) {
    var result = Augmentation()
    var written: Set<Kind> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = part.trimmed
      if let named = Augmentation.named[part] {
        // What is written counts more than what a name brings, whichever comes first.
        result = named + result
        continue
      }
      let change = try Change(parsing: part, of: text)
      guard written.insert(change.kind).inserted else {
        throw DataError("augmentation \"\(text)\": \(change.kind.rawValue) is there twice")
      }
      result = result + [change]
    }
    try result.validate()
    self = result
  }

  /// Compositions that have a name.
  static let named: [String: Augmentation] = ["digits": .digits, "none": .none]
}

extension Augmentation.Change: CustomStringConvertible {
  /// `elastic=1:7`; the second number only where it is not the usual one.
  public var description: String {
    let usual = kind.detail.map { $0.usual == detail } ?? true
    return "\(kind.rawValue)=\(amount.brief)\(usual ? "" : ":\(detail.brief)")"
  }

  fileprivate init(parsing part: String, of text: String) throws(DataError) {
    let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = sides[0].trimmed
    guard let kind = Augmentation.Kind(rawValue: name) else {
      let known = Augmentation.Kind.allCases.map(\.rawValue) + Augmentation.named.keys.sorted()
      throw DataError(
        "augmentation \"\(text)\": there is no \"\(name)\"\(nearest(name, in: known))")
    }
    let numbers =
      sides.count == 2 ? sides[1].split(separator: ":", omittingEmptySubsequences: false) : []
    let values = numbers.map { Float($0.trimmed) ?? .nan }
    guard (1...(kind.detail == nil ? 1 : 2)).contains(values.count),
      values.allSatisfy({ $0.isFinite })
    else {
      let form = kind.detail.map { ", or \(name)=\(kind.example.brief):\($0.usual.brief)" } ?? ""
      throw DataError(
        "augmentation \"\(text)\": \"\(part)\" needs \(kind.unit), as in \(name)=\(kind.example.brief)\(form)"
      )
    }
    self.init(kind, values[0], detail: values.count == 2 ? values[1] : nil)
  }
}

extension Float {
  /// 10 rather than 10.0.
  fileprivate var brief: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension StringProtocol {
  /// Without spaces around it.
  fileprivate var trimmed: String {
    var part = self[...]
    while part.first == " " { part = part.dropFirst() }
    while part.last == " " { part = part.dropLast() }
    return String(part)
  }
}

// MARK: In files

extension Augmentation: Codable {
  /// In a file it is its text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Reads the text form, and what was written before there was one: an object with a number for each name.
  public init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      do {
        try self.init(parsing: text)
      } catch {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: error.message))
      }
      return
    }
    let container = try decoder.container(keyedBy: EarlierKey.self)
    func number(_ key: EarlierKey) throws -> Float {
      try container.decodeIfPresent(Float.self, forKey: key) ?? 0
    }
    func change(_ kind: Kind, _ key: EarlierKey, detail: EarlierKey? = nil) throws -> Change? {
      let amount = try number(key)
      guard amount != 0 else { return nil }
      return Change(kind, amount, detail: try detail.map(number))
    }
    let changes = try [
      change(.rotate, .rotation), change(.shift, .shift), change(.scale, .zoom),
      change(.shear, .shear),
      change(.elastic, .elastic, detail: .elasticSpacing), change(.brightness, .brightness),
      change(.contrast, .contrast), change(.noise, .noise),
      change(.erase, .eraseProbability, detail: .eraseSize),
    ]
    self.init(changes.compactMap { $0 })
    do {
      try validate()
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: error.message))
    }
  }

  private enum EarlierKey: String, CodingKey {
    case rotation, shift, zoom, shear, elastic, elasticSpacing, brightness, contrast, noise
    case eraseProbability, eraseSize
  }
}
