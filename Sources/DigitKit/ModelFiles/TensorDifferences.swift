/// How the tensors of a file differ from those a network needs.
public struct TensorDifferences: Sendable, Equatable {
  /// The network needs them, the file lacks them.
  public var missing: [String] = []
  /// The file has them, the network does not.
  public var unexpected: [String] = []
  /// Both have them, but not alike: `fc.weight: [10, 128] instead of [10, 64]`.
  public var different: [String] = []

  /// Compares a file with names and shapes. `isPartial` allows the file to have more: for loading a part.
  public init(
    _ header: SafetensorsHeader, wanted: [(name: String, shape: [Int])], isPartial: Bool = false
  ) {
    let found = Dictionary(
      header.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let names = Set(wanted.map(\.name))
    for (name, shape) in wanted {
      if let other = found[name] {
        if other != shape { different.append("\(name): \(other) instead of \(shape)") }
      } else {
        missing.append(name)
      }
    }
    if !isPartial { unexpected = header.entries.map(\.name).filter { !names.contains($0) } }
  }

  /// Whether there are none.
  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && different.isEmpty }

  /// The error to throw for a file, nil if there is no difference. `remedy` is what to do about it.
  public func error(_ path: String, remedy: String? = nil) -> FileError? {
    if isEmpty { return nil }
    let parts = [
      TensorDifferences.part("lacks", missing), TensorDifferences.part("has also", unexpected),
      TensorDifferences.part("has", different),
    ]
    return FileError(
      path, .malformed,
      "it is of another network: it " + parts.compactMap { $0 }.joined(separator: "; it ")
        + (remedy.map { "; " + $0 } ?? ""))
  }

  /// The first few: a line stays a line for a network of a hundred layers.
  private static func part(_ verb: String, _ names: [String]) -> String? {
    if names.isEmpty { return nil }
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    return "\(verb) \(names.prefix(3).joined(separator: ", "))\(more)"
  }
}
