import DigitKit

/// A trained model that a command was given: a file, or the folder of a run.
struct TrainedModel {
  /// As it was named.
  var name: String
  var file: ModelFile
  /// The run's folder, where it was named by it.
  var folder: RunFolder?

  static let argument = "a model file, or the folder of a run (its best model)"

  init(_ name: String) throws {
    self.name = name
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
