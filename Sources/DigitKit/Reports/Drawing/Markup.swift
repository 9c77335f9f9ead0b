/// A piece of HTML or SVG. Text and attributes get into it escaped and in no other way, so names of files and
/// classes cannot become markup; what comes out is well-formed XML as well.
struct Markup: Sendable, Equatable {
  private(set) var source: String

  /// Nothing.
  init() { source = "" }

  private init(source: String) { self.source = source }

  /// Text to be read.
  static func text(_ text: String) -> Markup { Markup(source: escaped(text)) }

  /// An element with what is in it.
  static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [Markup] = []
  ) -> Markup {
    var source = "<" + name
    for (key, value) in attributes { source += " \(key)=\"\(escaped(value))\"" }
    if content.isEmpty, standsAlone.contains(name) { return Markup(source: source + "/>") }
    source += ">"
    for part in content { source += part.source }
    return Markup(source: source + "</\(name)>")
  }

  /// An element with text in it.
  static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ text: String
  ) -> Markup {
    tag(name, attributes, [.text(text)])
  }

  /// A style sheet of ours: its text is taken as it is.
  static func style(_ sheet: StaticString) -> Markup {
    Markup(source: "<style>\n\(sheet)</style>")
  }

  static func + (a: Markup, b: Markup) -> Markup { Markup(source: a.source + b.source) }

  /// Elements that never have content; all others need an end, even if there is nothing in them.
  private static let standsAlone: Set<String> = [
    "img", "meta", "br", "rect", "path", "line", "circle", "polyline",
  ]

  /// Five characters have a meaning in HTML; control and direction characters, which may steer what is shown,
  /// are written out.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.onOneLine.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // XML has no way to hold these two.
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
