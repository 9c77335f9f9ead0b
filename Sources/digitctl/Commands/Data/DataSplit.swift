import DigitKit

private let source = Argument("DATA", DataInput.names, DataInput.meaning)
private let out = Argument(
  "OUT", ValueType<String>.folder, "the folder that gets the lists or files")
private let validation = Flag(
  "--validation", ValueType<Amount>.amount, "N", default: .share(0.1),
  "how many pictures to choose by: a number, or a share such as 0.1 or 10%")
private let test = Flag(
  "--test", ValueType<Amount>.amount, "N", default: .count(0),
  "how many pictures for the last figure, where the set has no part of its own for it")
private let folds = Flag(
  "--folds", .whole(2...1000), "K", "K splits instead, in which each picture validates once")
private let perClass = Flag(
  "--per-class", .whole(1...), "N", "take only N pictures of each class, drawn by lot")
private let plain = Flag(
  "--unstratified", "draw from all pictures alike, not from each class its share")
private let seed = Flag("--seed", .seed, "SEED", default: 1, "what the lots are drawn from")
private let form = Flag(
  "--form", ValueType<SplitForm>.choice, "FORM", default: .lists,
  "files of indices, one a line, or the pictures themselves as IDX files")
private let force = Flag("--force", short: "-f", "write over what is there")
private let json = Flag("--json", "one JSON object for each list")

private enum SplitForm: String, CaseIterable, CustomStringConvertible {
  case lists
  case idx
  var description: String { rawValue }
}

let dataSplitCommand: Command = Command(
  name: "split",
  abstract: "Divide a data set into pictures to train on, to choose by and to test on.",
  discussion: [
    "The parts never overlap, and the same seed gives the same ones on any machine. The lists are train.txt, "
      + "validation.txt and test.txt; with --folds they lie in fold-1, fold-2, ..."
  ],
  arguments: [source, out],
  flags: [validation, test, folds, perClass, plain, seed, form, force, json] + DataInput.flags,
  examples: [
    .init("data split mnist lists --validation 5000", "55,000 and 5,000 indices"),
    .init(
      "data split pictures/ parts --validation 10% --test 10% --form idx",
      "three folders of IDX files"),
    .init("data split mnist folds --folds 5", "five-fold cross-validation"),
  ],
  takesConfiguration: true
) { invocation in
  let data = try DataInput.read(invocation[source], invocation)
  let set = data.training
  let splits = try drawn(from: set, invocation)
  for (number, split) in splits.enumerated() {
    let folder = splits.count == 1 ? invocation[out] : "\(invocation[out])/fold-\(number + 1)"
    for (name, indices) in split where !indices.isEmpty {
      let path = try writing { try write(name, indices, set, folder, invocation) }
      try tell(name, indices, path, invocation)
    }
  }
  return .done
}

/// The parts of each split, by name.
private func drawn(
  from set: ImageSet, _ invocation: Invocation
) throws -> [[(name: String, indices: [Int])]] {
  let seed = invocation[seed]
  let indices =
    try invocation[perClass].map { try Subset.perClass($0, labels: set.labels, seed: seed) }
    ?? Array(0..<set.count)
  let labels = indices.map { set.labels[$0] }
  let isPlain = invocation[plain]
  let splits: [Split]
  if let number = invocation[folds] {
    splits =
      isPlain
      ? try Split.folds(number, count: labels.count, seed: seed)
      : try Split.folds(number, stratified: labels, seed: seed)
  } else {
    let validates = invocation[validation].of(labels.count)
    let tests = invocation[test].of(labels.count)
    splits = [
      isPlain
        ? try Split(count: labels.count, validation: validates, test: tests, seed: seed)
        : try Split(stratified: labels, validation: validates, test: tests, seed: seed)
    ]
  }
  return splits.map { split in
    [("train", split.training), ("validation", split.validation), ("test", split.test)]
      .map { (name: $0, indices: $1.map { indices[$0] }) }
  }
}

private func write(
  _ name: String, _ indices: [Int], _ set: ImageSet, _ folder: String, _ invocation: Invocation
) throws -> String {
  switch invocation[form] {
  case .lists:
    let path = "\(folder)/\(name).txt"
    try refuseToOverwrite(path, force: invocation[force])
    try Folder.make(folder)
    try AtomicFile.write(indices.map { "\($0)\n" }.joined(), to: path)
    return path
  case .idx:
    let place = "\(folder)/\(name)"
    for file in ImageSet.namesOfIDX(part: name) {
      try refuseToOverwrite("\(place)/\(file)", force: invocation[force])
    }
    try set.writeIDX(to: place, part: name, indices: indices)
    return place
  }
}

private func tell(
  _ name: String, _ indices: [Int], _ path: String, _ invocation: Invocation
) throws {
  if invocation[json] {
    try invocation.console.out(
      JSONValue.object([
        ("path", .string(path)), ("part", .string(name)),
        ("count", .number(Double(indices.count))),
      ]).text)
  } else {
    try invocation.console.out("\(path)  \(name): \(indices.count) pictures")
  }
}

/// How many of some pictures.
enum Amount: Sendable, CustomStringConvertible {
  case count(Int)
  case share(Double)

  func of(_ total: Int) -> Int {
    switch self {
    case .count(let count): count
    case .share(let share): Int((share * Double(total)).rounded())
    }
  }

  var description: String {
    switch self {
    case .count(let count): "\(count)"
    case .share(let share): "\(share)"
    }
  }
}

extension ValueType where Value == Amount {
  /// `5000`, `0.1` or `10%`.
  static let amount = ValueType(form: .special("a number, or a share such as 0.1 or 10%")) { word in
    if let count = Int(word), count >= 0 { return .count(count) }
    let isPercent = word.hasSuffix("%")
    guard let number = Double(isPercent ? String(word.dropLast()) : word) else { return nil }
    let share = isPercent ? number / 100 : number
    return share >= 0 && share < 1 ? .share(share) : nil
  }
}
