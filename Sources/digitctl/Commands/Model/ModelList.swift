import DigitKit

private let json = Flag("--json", "a JSON array instead of text")

let modelListCommand = Command(
  name: "list",
  abstract: "All networks that have a name.",
  flags: [json],
  examples: [.init("model list", "names, sizes, and where they come from")]
) { invocation in
  let rows = try Zoo.entries.map { entry in
    (entry: entry, parameters: try Zoo.model(entry.name).parameterCount)
  }
  guard !invocation[json] else {
    let list = rows.map { row in
      JSONValue.object([
        ("name", .string(row.entry.name)), ("parameters", .number(Double(row.parameters))),
        ("summary", .string(row.entry.summary)), ("source", .string(row.entry.source)),
        ("ships", .bool(ShippedModel.named(row.entry.name) != nil)),
      ])
    }
    try invocation.console.out(JSONValue.array(list).text)
    return .done
  }
  for (entry, parameters) in rows {
    let size = grouped(parameters)
    let gap = String(repeating: " ", count: max(0, 11 - size.count))
    let mark = ShippedModel.named(entry.name) == nil ? " " : "*"
    try invocation.console.out("\(padded(entry.name, 15))\(gap)\(size) \(mark) \(entry.summary)")
  }
  invocation.console.note(
    "The numbers are of parameters, for ten classes; * ships trained. digitctl model summary NAME says more."
  )
  return .done
}
