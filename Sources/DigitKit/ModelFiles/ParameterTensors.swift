// Parameters as the tensors of a PyTorch state dictionary, and back.

extension Model {
  /// The layers that normalise by batches: PyTorch keeps a counter for each, which nothing reads.
  var countedLayers: [String] {
    parameters.filter { $0.kind == .statistic && $0.name.hasSuffix(".running_var") }.map(\.layer)
  }
}

extension Parameters {
  static let counter = ".num_batches_tracked"

  /// Exactly the state dictionary of the equivalent PyTorch module: names, layouts, and for each batch
  /// normalisation how many batches it has seen.
  public func tensors(batchesTracked: Int = 0) throws -> [StoredTensor] {
    try saved.map { StoredTensor($0.name, $0.shape, try values(of: $0.name)) }
      + saved.filter(\.isRunningVariance).map {
        StoredTensor($0.layer + Parameters.counter, [], .integers([Int64(batchesTracked)]))
      }
  }

  /// Takes all numbers from a file with exactly the tensors of this network. After an error none has
  /// changed.
  public func read(from file: Safetensors) throws {
    try Parameters.check(file, table)
    let values = try saved.map { ($0.name, try file.floats($0.name)) }
    for (name, values) in values { try set(name, to: values) }
  }

  /// The same for parameters that nobody uses yet, from a file that is known to fit: one tensor at a time, so that no
  /// second copy of all is in memory.
  func fill(from file: Safetensors) throws {
    for parameter in saved {
      try file.withFloats(parameter.name) { try set(parameter.name, to: $0) }
    }
  }

  /// Takes the parameters whose names one of the patterns matches; the file may have others besides. The
  /// names taken. After an error none has changed.
  @discardableResult
  public func read(_ patterns: [NamePattern], from file: Safetensors) throws -> [String] {
    let names = try matching(patterns)
    let chosen = saved.filter { names.contains($0.name) }
    let differences = TensorDifferences(
      file.header, wanted: chosen.map { ($0.name, $0.shape) }, isPartial: true)
    if let error = differences.error(
      file.path, remedy: "leave these out, or take the file of a network whose layers are alike")
    {
      throw error
    }
    let values = try chosen.map { ($0.name, try file.floats($0.name)) }
    for (name, values) in values { try set(name, to: values) }
    return chosen.map(\.name)
  }

  /// Takes the numbers of all parameters that `other` has by the same name and shape, but those of the
  /// layers `except`. The names taken.
  @discardableResult
  public func copy(from other: Parameters, except: Set<String> = []) throws -> [String] {
    let known = Dictionary(other.saved.map { ($0.name, $0.shape) }) { first, _ in first }
    let chosen = saved.filter { known[$0.name] == $0.shape && !except.contains($0.layer) }
    for info in chosen { try set(info.name, to: other.values(of: info.name)) }
    return chosen.map(\.name)
  }

  /// Before any memory is taken: whether a file has just the tensors of a network.
  static func check(_ file: Safetensors, _ table: [ParameterInfo]) throws {
    let saved = table.filter { $0.kind != .constant }
    // Files from before PyTorch 0.4 have no counters, and nothing is lost without them.
    let counters = saved.filter(\.isRunningVariance).map { $0.layer + counter }
      .filter { file[$0] != nil }
    let wanted = saved.map { ($0.name, $0.shape) } + counters.map { ($0, [Int]()) }
    let remedy = "read it into the network it was made for, or read a part of it by names"
    if let error = TensorDifferences(file.header, wanted: wanted).error(file.path, remedy: remedy) {
      throw error
    }
  }

  /// How many batches the normalisations of a file have seen, at most.
  static func batchesTracked(_ file: Safetensors) throws -> Int {
    let counters = file.names.filter { $0.hasSuffix(counter) }
    return try counters.reduce(0) { max($0, Int(try file.integers($1).first ?? 0)) }
  }

  private func matching(_ patterns: [NamePattern]) throws -> Set<String> {
    try NamePattern.names(saved.map(\.name), matching: patterns)
  }

  private var saved: [ParameterInfo] { table.filter { $0.kind != .constant } }
}

extension ParameterInfo {
  fileprivate var isRunningVariance: Bool {
    kind == .statistic && name.hasSuffix(".running_var")
  }
}

extension NamePattern {
  /// Those of `names` that some pattern matches. A pattern that matches none is a mistake.
  static func names(_ names: [String], matching patterns: [NamePattern]) throws -> Set<String> {
    var found: Set<String> = []
    for pattern in patterns {
      let matched = names.filter(pattern.matches)
      guard !matched.isEmpty else {
        throw GraphError(
          "no parameter is called \"\(pattern)\"\(nearest(pattern.text, in: names)); "
            + "* stands for any letters: \"conv*\"")
      }
      found.formUnion(matched)
    }
    return found
  }
}

extension Model {
  /// The model with the parameters that a pattern matches not trained: `freezing(["conv*"])`.
  public func freezing(_ patterns: [NamePattern]) throws -> Model {
    let names = try NamePattern.names(parameters.map(\.name), matching: patterns)
    return freezing { names.contains($0) }
  }

  /// The model with the parameters that a pattern matches trained again.
  public func thawing(_ patterns: [NamePattern]) throws -> Model {
    let names = try NamePattern.names(parameters.map(\.name), matching: patterns)
    return thawing { names.contains($0) }
  }
}
