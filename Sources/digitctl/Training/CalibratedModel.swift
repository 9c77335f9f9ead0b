import DigitKit

/// The model that a run ended with, made ready for use, in a file of its own: statistics that dropout has widened are
/// taken once more without it, and confidence is corrected by the pictures set aside. What training left stays as it
/// is for a resume. It is the last model, or the average of weights, and not the best on validation unless the run
/// brings that back (`--patience`): the best of many looks at few pictures is luck.
struct CalibratedModel {
  let temperature: Double

  /// Throws if the network is none whose confidence can be corrected: before it is trained, not after.
  static func check(_ model: Model, _ validation: LabelledData?) throws {
    guard validation != nil else {
      throw UsageError(message: "--calibrate needs pictures set aside: leave out --val none")
    }
    _ = try ModelFile(model, parameters: Parameters(for: model)).calibrated(1)
  }

  init(
    of result: TrainingResult, in folder: RunFolder, training: TrainingData.Pictures,
    validation: LabelledData, threads: Int
  ) throws {
    var file = try ModelFile(path: folder.last)
    file.parameters = result.parameters
    if file.model.hasDropout {
      file = try file.withStatistics(of: training.held(), threads: threads)
    }
    let predictions = try Evaluator(file.model, parameters: file.parameters, threads: threads)
      .predictions(validation)
    temperature = Calibration.temperature(of: predictions)
    let calibrated = try file.calibrated(temperature)
    try writing { try calibrated.write(to: folder.calibrated) }
  }
}
