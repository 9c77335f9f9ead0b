import DigitKit

/// A trained model that a command was given: one that ships, a file, or the folder of a run.
struct TrainedModel {
  /// As it was named.
  var name: String
  var file: ModelFile
  /// The run's folder, where it was named by it.
  var folder: RunFolder?

  static let argument =
    "a model that ships (\(shipped.joined(separator: ", "))), a model file, or a run's folder"
  static let names = ValueType<String>.names(shipped)
  private static let shipped = ShippedModel.all.map(\.name)

  /// The usual one where no name is given.
  init(_ name: String?) throws {
    let name = name ?? ShippedModel.usual.name
    self.name = name
    if let model = ShippedModel.named(name) {
      file = try model.load()
      return
    }
    guard exists(name) else {
      throw InputError(
        message: "\(name): there is no such file or folder, and no model of this name ships"
          + nearestMatch(name, in: TrainedModel.shipped))
    }
    let path = try RunFolder.model(of: name)
    file = try ModelFile(path: path)
    folder = path == name ? nil : RunFolder(path: name)
  }

  /// The data that it can read: as many classes, and pictures that fit.
  func read(_ data: DataSet, _ part: DataPart) throws -> [(name: String, set: ImageSet)] {
    let parts = try part.sets(of: data)
    for (_, set) in parts where set.classes > file.model.outputCount {
      throw InputError(
        message:
          "\(data.path): it has \(set.classes) classes, but \(name) tells \(file.model.outputCount) apart; "
          + "test it on data of its own classes")
    }
    return parts
  }

  /// The names of its classes, or else those of the data.
  func classes(_ data: DataSet) -> [String] {
    file.classes.isEmpty ? data.classNames : file.classes
  }
}
