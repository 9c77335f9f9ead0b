/// A table as comma-separated values (RFC 4180): fields with a comma, a quote or a line end stand in quotes,
/// quotes are doubled, lines end with CR LF.
struct CSV {
  private(set) var text = ""

  init(_ head: [String]) { add(head) }

  mutating func add(_ row: [String]) {
    text += row.map(CSV.field).joined(separator: ",") + "\r\n"
  }

  static func field(_ text: String) -> String {
    let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: special.contains) else { return text }
    // By scalars: as characters, CR LF and a quote with a combining mark are one each.
    var inside = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\"" { inside.append(scalar) }
      inside.append(scalar)
    }
    return "\"" + String(inside) + "\""
  }

  /// A number with all its digits; nothing where there is none.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return "\(value)"
  }
}
