#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a model's file says of it beside the tensors.
struct ModelMetadata {
  var model: Model
  var classes: [String]
  var record: TrainingRecord?
  var licence: String?
  var origin: String?
  private var checksum: String?

  private enum Key {
    static let architecture = "digitkit.architecture"
    static let preprocessing = "digitkit.preprocessing"
    static let classes = "digitkit.classes"
    static let record = "digitkit.record"
    static let licence = "digitkit.licence"
    static let origin = "digitkit.origin"
    static let version = "digitkit.version"
    static let checksum = "digitkit.checksum"
  }

  init(_ file: ModelFile) throws {
    model = file.model
    classes = file.classes
    record = file.record
    licence = file.licence
    origin = file.origin
    if let trouble = model.trouble(withClasses: classes) { throw GraphError(trouble) }
  }

  // MARK: Writing

  /// The metadata of a file with these tensors.
  func entries(_ tensors: [StoredTensor]) throws -> [String: String] {
    var entries = [
      "format": "pt",  // some readers of PyTorch models insist on it
      Key.architecture: try model.architecture(),
      Key.preprocessing: try text(model.inputs.map(Preprocessing.init)),
      Key.version: Engine.version,
      Key.checksum: Checksum.of(tensors),
    ]
    if !classes.isEmpty { entries[Key.classes] = try text(classes) }
    if let record { entries[Key.record] = try text(record) }
    entries[Key.licence] = licence
    entries[Key.origin] = origin
    return entries
  }

  private func text<T: Encodable>(_ value: T) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  // MARK: Reading

  init(_ file: Safetensors) throws {
    let reader = MetadataReader(file: file)
    guard let architecture = file.metadata[Key.architecture] else {
      throw FileError(
        file.path, .malformed,
        "it does not say which network it is of (metadata \(Key.architecture)); "
          + "describe the network and read the tensors into its Parameters")
    }
    try reader.checkJSON(architecture, Key.architecture)
    do {
      model = try Model(architecture: architecture)
    } catch {
      throw FileError(file.path, .malformed, "its network cannot be built: \(error)")
    }
    classes = try reader.value([String].self, Key.classes) ?? []
    record = try reader.value(TrainingRecord.self, Key.record)
    licence = file.metadata[Key.licence]
    origin = file.metadata[Key.origin]
    checksum = file.metadata[Key.checksum]
    if let trouble = model.trouble(withClasses: classes) {
      throw FileError(file.path, .malformed, "\(trouble): its metadata is damaged")
    }
    let stated = try reader.value([Preprocessing].self, Key.preprocessing)
    guard stated == nil || stated == model.inputs.map(Preprocessing.init) else {
      throw FileError(
        file.path, .malformed,
        "its \(Key.preprocessing) and its network's inputs differ; correct one of them")
    }
  }

  /// Throws if the weights are not those that the file was written with: a flipped bit is no error of
  /// the format, but a model that is quietly worse.
  func checkWeights(of file: Safetensors) throws {
    guard let checksum else { return }
    var sum = Checksum()
    for name in file.names.sorted() { try file.withBytes(name) { sum.add($0) } }
    guard sum.text == checksum else {
      throw FileError(
        file.path, .malformed,
        "its weights do not have the checksum that was written with them: they are damaged, "
          + "or another program has changed them and should have dropped \(Key.checksum)")
    }
  }
}

/// Entries of a file's metadata that are JSON.
private struct MetadataReader {
  let file: Safetensors

  func value<T: Decodable>(_ type: T.Type, _ key: String) throws -> T? {
    guard let text = file.metadata[key] else { return nil }
    try checkJSON(text, key)
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw FileError(file.path, .malformed, "its \(key) is not what it must be: it is damaged")
    }
  }

  /// Foundation's decoder takes the last of two keys, and nests as deep as it likes.
  func checkJSON(_ text: String, _ key: String) throws {
    do {
      _ = try JSONScanner.value(ofAll: text, key)
    } catch {
      throw FileError(
        file.path, .malformed, "its \(key) is not JSON that can be used: it is damaged")
    }
  }
}

extension Model {
  /// Numbers that the first head gives: one for each class.
  public var outputCount: Int { heads.first.map { graph.nodes[$0.logits].shape.count } ?? 0 }

  /// Why these cannot be the names of its classes.
  func trouble(withClasses classes: [String]) -> String? {
    guard classes.isEmpty || classes.count == outputCount else {
      return
        "got the names of \(classes.count) classes, the network \"\(name)\" tells \(outputCount) apart"
    }
    guard Set(classes).count == classes.count else { return "two classes have the same name" }
    // In C a name ends there.
    guard classes.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }) else {
      return "the name of a class is empty or has a zero byte"
    }
    return nil
  }
}
