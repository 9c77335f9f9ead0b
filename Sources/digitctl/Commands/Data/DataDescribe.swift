import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let part = Flag(
  "--part", ValueType<DataPart>.choice, "PART", default: .all,
  "the pictures to learn from, those to be tested on, or both")
private let sheet = Flag(
  "--means", .file, "FILE.png", "also draw the mean picture of each class")
private let force = Flag("--force", short: "-f", "write over what is there")
private let json = Flag("--json", "one JSON object instead of text")

let dataDescribeCommand: Command = Command(
  name: "describe",
  abstract: "Say what is in a data set: counts by class, sizes, statistics of pixels.",
  arguments: [source],
  flags: [part, sheet, force, json] + DataInput.flags,
  examples: [
    .init("data describe mnist", "counts and statistics of both parts"),
    .init("data describe pictures/ --means means.png", "and the mean picture of each class"),
  ]
) { invocation in
  if let path = invocation[sheet] { try refuseToOverwrite(path, force: invocation[force]) }
  let data = try DataInput.read(invocation[source], invocation)
  let parts = try invocation[part].sets(of: data).map { name, set in
    (name: name, about: try DataDescription(of: set, names: data.classNames))
  }
  if let path = invocation[sheet], let first = parts.first {
    let means = try first.about.meanSheet(scale: 3)
    try writing { try means.writePNG(to: path) }
  }
  if invocation[json] {
    try invocation.console.out(jsonText(data, parts))
  } else {
    try invocation.console.out("\(data.path): \(data.form)")
    for (name, about) in parts {
      try invocation.console.out("\n\(name): \(about)")
    }
    if data.skipped.count > 0 { try invocation.console.out("\nleft out: \(data.skipped.count)") }
  }
  return .done
}

private func jsonText(_ data: DataSet, _ parts: [(name: String, about: DataDescription)]) -> String
{
  let described = parts.map { name, about -> (String, JSONValue) in
    let classes = about.classes.map { part in
      JSONValue.object([
        ("label", .number(Double(part.label))), ("name", .string(part.name)),
        ("count", .number(Double(part.count))), ("mean", .number(part.mean)),
        ("deviation", .number(part.deviation)),
      ])
    }
    return (
      name,
      .object([
        ("count", .number(Double(about.count))), ("height", .number(Double(about.height))),
        ("width", .number(Double(about.width))), ("channels", .number(Double(about.channels))),
        ("mean", .array(about.statistics.mean.map { .number($0) })),
        ("deviation", .array(about.statistics.deviation.map { .number($0) })),
        ("classes", .array(classes)),
      ])
    )
  }
  return JSONValue.object(
    [
      ("path", .string(data.path)), ("form", .string(data.form)),
      ("skipped", .number(Double(data.skipped.count))),
    ] + described
  ).text
}
