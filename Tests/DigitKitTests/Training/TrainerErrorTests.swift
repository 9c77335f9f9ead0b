import Testing

@testable import DigitKit

/// One line each, before anything runs.
@Suite struct TrainerErrorTests {
  private func message(
    _ setup: TrainingConfiguration = configuration(), _ model: Model? = nil,
    data: LabelledData? = nil
  ) -> String {
    do {
      _ = try Trainer(
        model ?? cornerNet(), setup, training: data ?? LabelledData(corners(32)))
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func dataThatCannotBeTrainedOn() throws {
    #expect(throws: DataError.self) { try LabelledData(corners(4), indices: []) }
    #expect(throws: DataError.self) { try LabelledData(corners(4), indices: [4]) }
    let ten = try ImageSet(
      pixels: [UInt8](repeating: 0, count: 288), labels: [3, 9], height: 12, width: 12, classes: 10)
    #expect(
      message(data: try LabelledData(ten))
        == "label 9 of picture 1 is not in 0...3: head \"output\" of corners has 4 classes")
    // Pictures that are not meant may have any label.
    #expect(message(data: try LabelledData(ten, indices: [0])) == "no error")
    let colour = try ImageSet(
      pixels: [UInt8](repeating: 0, count: 432), labels: [0], height: 12, width: 12, channels: 3)
    #expect(message(data: try LabelledData(colour)).contains("channels"))
    let wrong = try LabelledData(corners(4), targets: ["labels": .numbers([1, 2, 3, 4])])
    #expect(message(data: wrong).contains("one label for each picture"))
  }

  @Test func configurationsThatCannotBe() throws {
    var setup = configuration()
    setup.rules = [ParameterRule("conv7.*")]
    #expect(message(setup).contains("no parameter"))
    setup = configuration()
    setup.rules = [ParameterRule("*", rateFactor: 0)]
    #expect(message(setup).contains("frozen"))
    setup = configuration()
    setup.earlyStopping = EarlyStopping(goal: .higher)
    #expect(message(setup).contains("validation pictures"))
    setup = configuration()
    setup.penalties = [L1Penalty(-1)]
    #expect(message(setup).contains("strength"))
    setup = configuration(batch: 0)
    #expect(message(setup).contains("at least 1 picture"))
    setup = configuration(batch: 64)
    setup.dropsLast = true
    let trainer = try Trainer(cornerNet(), setup, training: corners(32))
    let error = #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(error?.message.contains("no batch") == true)
    #expect(message(configuration(), try cornerNet(loss: .meanSquaredError)).contains("4 numbers"))
  }

  @Test func aFolderThatCannotBe() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1], "file")
    let trainer = try Trainer(
      cornerNet(), configuration(), training: corners(32), folder: folder.path + "/file")
    #expect(throws: FileError.self) { try trainer.run() }
  }
}
