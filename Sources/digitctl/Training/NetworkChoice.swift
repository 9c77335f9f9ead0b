import DigitKit

/// A network to look at: by name, from a JSON file of layers, or a trained one.
struct NetworkChoice {
  static let meaning =
    "a network by name, a JSON file of layers, a model file, or the folder of a run"
  static let names = ValueType<String>.names(Zoo.names)

  var model: Model
  /// A trained one's file.
  private var file: ModelFile?
  /// The trained model of this name, if one ships: read only where someone asks what it says of itself.
  private var shipped: ShippedModel?

  /// Those of a trained model.
  var parameters: Parameters? { file?.parameters }

  /// What a trained model's file says of itself, a line each.
  var facts: [String] {
    get throws {
      if let file { return NetworkChoice.facts(of: file) }
      guard let shipped else { return [] }
      return ["", "ships trained:"] + NetworkChoice.facts(of: try shipped.load()).dropFirst()
    }
  }

  init(_ name: String) throws {
    if Zoo.names.contains(name) {
      model = try Zoo.model(name)
      shipped = ShippedModel.named(name)
    } else if name.hasSuffix(".json") {
      model = try NetworkChoice.described(in: name)
    } else if exists(name) {
      let file = try TrainedModel(name).file
      model = file.model
      self.file = file
    } else {
      throw UsageError(
        message:
          "there is no network '\(name)'\(nearestMatch(name, in: Zoo.names)); digitctl model list "
          + "shows all, and a file of layers ends in .json")
    }
  }

  /// The network of a JSON file.
  static func described(in path: String) throws -> Model {
    do { return try Model(architecture: TextFile.read(path)) } catch let error as GraphError {
      throw InputError(message: "\(path): \(error)")
    }
  }

  private static func facts(of file: ModelFile) -> [String] {
    var facts: [(String, String)] = []
    if !file.classes.isEmpty { facts.append(("classes", file.classes.joined(separator: " "))) }
    if let record = file.record {
      facts.append(("trained on", "\(record.data), seed \(record.seed)"))
      if let epochs = record.epochs { facts.append(("for", counted(epochs, "epoch"))) }
      if let accuracy = record.validationAccuracy {
        facts.append(("on validation", Numbers.fixed(100 * accuracy, 2) + " %"))
      }
      if let accuracy = record.testAccuracy {
        facts.append(("on test pictures", Numbers.fixed(100 * accuracy, 2) + " %"))
      }
      if let temperature = record.temperature {
        facts.append(("temperature", Numbers.fixed(temperature, 3) + ", within the weights"))
      }
      facts.append(("by", "DigitKit \(record.version)"))
    }
    if let origin = file.origin { facts.append(("origin", origin)) }
    if let licence = file.licence { facts.append(("licence", licence)) }
    return facts.isEmpty ? [] : [""] + facts.map { padded($0.0, 18) + $0.1 }
  }
}
