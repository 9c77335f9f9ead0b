import DigitKit

/// `model export --int8`: a model image with weights of 8 bits, and what that costs.
enum CompactExport {
  static let int8 = Flag("--int8", "weights of 8 bits: a quarter of the size")
  private static let integers = Flag(
    "--integers", ValueType<IntegerLayers.Choice>.choice, "WHICH", default: .faster,
    "with --int8: layers that compute in integers; those that are faster so for one picture at a time, all, or none"
  )
  private static let calibrateOn = Flag(
    "--calibrate-on", short: nil, DataInput.names, "SET",
    "with --int8: \(DataInput.meaning); without it the set that the model was trained on, if it has a name"
  )
  private static let pictures = Flag(
    "--pictures", .whole(1...1_000_000), "N", default: 1024,
    "with --int8: pictures to learn from that are looked at for ranges")
  private static let maxLoss = Flag(
    "--max-loss", .number(0...100), "POINTS", default: 0.05,
    "with --int8: percentage points of accuracy that may be lost; with more, nothing is written")

  static let flags: [any AnyFlag] = [int8, integers, calibrateOn, pictures, maxLoss]

  /// Pictures of the part to learn from that are held back at most, where the set has no others.
  private static let heldBack = 10_000

  static func refuseWithoutInt8(_ invocation: Invocation) throws(UsageError) {
    guard !invocation[int8] else { return }
    for flag in flags where invocation.words[flag.name] != nil && flag.name != int8.name {
      throw UsageError(message: "\(flag.name) is for --int8: give both, or leave it out")
    }
  }

  static func image(
    of trained: TrainedModel, _ result: Wanted, batch: Int, _ invocation: Invocation
  ) throws -> CompactImage {
    let name = try invocation[calibrateOn] ?? data(of: trained)
    let (some, others) = try parts(
      of: trained, DataInput.read(name, invocation), wanted: invocation[pictures])
    return try CompactImage(
      of: trained.file, choice: invocation[integers], result: result, batch: batch,
      calibration: some, heldBack: others)
  }

  /// `mnist` of `mnist, 55000 of 60000 pictures`: only sets with a name can be found again.
  private static func data(of trained: TrainedModel) throws -> String {
    let said = trained.file.record?.data ?? ""
    let first = String(said.prefix { $0 != "," })
    if first == "synth" || NamedSet.named(first)?.folder() != nil { return first }
    throw UsageError(
      message:
        "--int8 needs pictures like those that \(trained.name) was trained on"
        + (said.isEmpty ? "" : " (\(said))") + ", which are not there; give --calibrate-on SET")
  }

  /// Pictures to find ranges on, from all over the part to learn from, and others to measure on.
  private static func parts(
    of trained: TrainedModel, _ set: DataSet, wanted: Int
  ) throws -> (some: LabelledData, others: LabelledData) {
    _ = try trained.read(set, .all)
    let total = set.training.count
    let count = min(wanted, set.test == nil ? total / 2 : total)
    guard count > 0 else {
      throw InputError(
        message:
          "\(set.path): one picture is too few to find ranges and to measure what they cost; give more"
      )
    }
    let chosen = (0..<count).map { $0 * total / count }
    let some = try LabelledData(set.training, indices: chosen)
    if let test = set.test { return (some, try LabelledData(test)) }
    let taken = Set(chosen)
    let rest = (0..<total).filter { !taken.contains($0) }
    let step = max(1, rest.count / heldBack)
    let others = stride(from: 0, to: rest.count, by: step).map { rest[$0] }
    return (some, try LabelledData(set.training, indices: others))
  }

  static func refuseLoss(
    _ compact: CompactImage, _ path: String, _ invocation: Invocation
  ) throws {
    let lost = compact.lostPoints
    guard lost > invocation[maxLoss] else { return }
    throw OutputError(
      message:
        "\(path): not written: weights of 8 bits read \(percent(compact.inBytes.accuracy)) of "
        + "\(grouped(compact.inBytes.count)) pictures instead of \(percent(compact.inFloats.accuracy)), "
        + "\(Numbers.fixed(lost, 2)) points less; allow it with --max-loss, or leave out --int8")
  }

  static func tell(_ compact: CompactImage, _ path: String, _ console: Console) throws {
    let bytes = compact.image.bytes.count
    let share = Double(bytes) / Double(compact.bytesInFloats)
    try console.out(
      "\(path): \(grouped(bytes)) bytes, \(Numbers.fixed(100 * share, 1)) % of the "
        + "\(grouped(compact.bytesInFloats)) that floats take")
    let layers = compact.layersInIntegers
    try console.out(
      "in integers: \(layers.count) of \(compact.layerCount) layers"
        + (layers.isEmpty ? "" : ": " + layers.joined(separator: ", ")))
    try console.out(
      "on \(grouped(compact.inBytes.count)) pictures held back: \(percent(compact.inBytes.accuracy)) read "
        + "correctly (floats \(percent(compact.inFloats.accuracy))), \(percent(compact.agreement)) answered alike, "
        + "probabilities at most \(Numbers.fixed(Double(compact.largestDifference), 4)) apart")
  }

  private static func percent(_ part: Proportion) -> String {
    Numbers.fixed(100 * part.value, 2) + " %"
  }
}
