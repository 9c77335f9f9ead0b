/// A configuration as names and values.
extension RunDescription {
  /// `optimiser.adam.rate`, `0.001`; values that are not set are left out.
  var settings: [(String, String)] {
    guard let text = try? ReportJSON.text(configuration, pretty: false) else { return [] }
    var scanner = JSONScanner(Array(text.utf8))
    guard let value = try? scanner.value() else { return [] }
    return RunDescription.flat(value, "")
  }

  private static func flat(_ value: JSONValue, _ name: String) -> [(String, String)] {
    switch value {
    case .object(let entries):
      entries.flatMap { flat($0.1, name.isEmpty ? $0.0 : "\(name).\($0.0)") }
    case .array(let values) where values.isEmpty: []
    case .array(let values):
      values.enumerated().flatMap { flat($0.element, "\(name)[\($0.offset)]") }
    case .string(let text): [(name, text)]
    case .null: []
    case .bool, .number: [(name, value.text)]
    }
  }

  /// What a run is, for TensorBoard's text page.
  var markdown: String {
    let rows: [(String, String)] =
      [
        ("command", command), ("network", network.name),
        ("parameters", grouped(network.parameters)),
        ("data", data.name), ("training", grouped(data.training)),
        ("validation", grouped(data.validation)), ("processor", environment.processor),
        ("instruction set", environment.instructionSet), ("threads", "\(environment.threads)"),
        ("DigitKit", environment.version),
      ] + settings
    return
      (["| name | value |", "| --- | --- |"]
      + rows.map { row in
        "| \(row.0) | \(RunDescription.cell(row.1)) |"
      }).joined(separator: "\n")
  }

  /// Nothing in it may end a cell, a line, or be taken for HTML.
  private static func cell(_ text: String) -> String {
    text.onOneLine.reduce(into: "") { result, letter in
      switch letter {
      case "|": result += "\\|"
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      default: result.append(letter)
      }
    }
  }
}
