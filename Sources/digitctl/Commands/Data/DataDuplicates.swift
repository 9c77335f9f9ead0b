import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let other = Argument<String?>(
  optional: "OTHER", DataInput.names,
  "another set; without it DATA's own part to be tested on, if it has one")
private let near = Flag(
  "--near", .number(0...1), "SHARE",
  "also pictures that differ in at most this share of their ink, such as 0.1")
private let json = Flag("--json", "one JSON object for each group")

let dataDuplicatesCommand: Command = Command(
  name: "duplicates",
  abstract: "Find pictures that are there more than once, within a set and between two.",
  discussion: [
    "What was trained on must not test: pictures that both parts share make an accuracy too good. Groups whose "
      + "labels differ have a wrong one among them."
  ],
  arguments: [source, other],
  flags: [near, json] + DataInput.flags,
  examples: [
    .init("data duplicates mnist", "within both parts, and between them"),
    .init("data duplicates pictures/ mnist --near 0.1", "what looks nearly the same"),
  ]
) { invocation in
  let data = try DataInput.read(invocation[source], invocation)
  var sets = try DataPart.all.sets(of: data)
  if let name = invocation[other] {
    let second = try DataInput.read(name, invocation)
    sets = [(name: invocation[source], set: data.training), (name: name, set: second.training)]
  }
  for (place, first) in sets.enumerated() {
    try Interrupts.check()
    try tell(find(first.set, nil, invocation), first.name, nil, invocation)
    for second in sets[(place + 1)...] {
      try tell(find(first.set, second.set, invocation), first.name, second.name, invocation)
    }
  }
  return .done
}

private func find(
  _ first: ImageSet, _ second: ImageSet?, _ invocation: Invocation
) throws -> Duplicates {
  if let tolerance = invocation[near] {
    return try Duplicates.near(in: first, and: second, tolerance: tolerance)
  }
  if let second { return Duplicates.exact(between: first, and: second) }
  return Duplicates.exact(in: first)
}

private func tell(
  _ found: Duplicates, _ first: String, _ second: String?, _ invocation: Invocation
) throws {
  let console = invocation.console
  if !invocation[json] {
    let differing = found.groups.filter(\.labelsDiffer).count
    try console.out(
      (second.map { "between \(first) and \($0)" } ?? "within \(first)")
        + ": \(found.groups.count) groups, \(found.surplus) pictures too many"
        + (differing > 0 ? ", \(differing) groups with different labels" : ""))
  }
  for group in found.groups {
    if invocation[json] {
      try console.out(
        JSONValue.object([
          ("first", .string(first)), ("second", second.map { .string($0) } ?? .null),
          ("indices", numbers(group.first)), ("otherIndices", numbers(group.second)),
          ("labelsDiffer", .bool(group.labelsDiffer)),
        ]).text)
    } else {
      let indices = group.first.map(String.init).joined(separator: " ")
      let others = group.second.map(String.init).joined(separator: " ")
      try console.out(
        "  \(indices)" + (others.isEmpty ? "" : " = \(others)")
          + (group.labelsDiffer ? "  labels differ" : ""))
    }
  }
}

private func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .number(Double($0)) }) }
