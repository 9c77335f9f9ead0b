import Foundation
import Testing

@testable import DigitKit

@Suite struct RunLogTests {
  private func log(_ folder: TemporaryFolder, every: Int = 3) throws -> RunLog {
    var options = RunLog.Options()
    options.updatesPerLine = every
    return RunLog(folder: folder.path, try someRun(), options: options, time: { 1_700_000_000 })
  }

  private func trainer(_ folder: TemporaryFolder, epochs: Int = 2) throws -> Trainer {
    try Trainer(
      cornerNet(), configuration(epochs: epochs), training: LabelledData(corners(64)),
      validation: LabelledData(corners(16, seed: 9)), folder: folder.path)
  }

  @Test func everythingIsWrittenDown() throws {
    let folder = try TemporaryFolder()
    let diary = Diary()
    let log = try log(folder)
    try trainer(folder).run { event in
      _ = try diary.callback(event)
      return try log.callback(event)
    }
    let report = try RunReport(folder: folder.path)
    #expect(report.run == (try someRun()))
    #expect(report.records.map(\.update).filter { $0 == 8 }.count >= 3)
    // Four updates to an epoch, a line for every three of them.
    #expect(report.records.filter { $0.kind == .steps }.map(\.update) == [3, 6])
    #expect(report.epochs.map(\.number) == [1, 2])
    #expect(report.epochs.map(\.loss) == diary.epochs.map(\.loss))
    #expect(report.epochs.map(\.accuracy) == diary.epochs.map(\.accuracy))
    #expect(report.epochs.map(\.validationAccuracy) == diary.looks.map(\.accuracy))
    #expect(report.end == "all epochs are done")
    let losses = diary.losses.prefix(3).reduce(0, +) / 3
    let line = try #require(report.records.first { $0.kind == .steps })
    #expect(isClose(try #require(line.loss), losses, 1e-12))
    #expect(isClose(line.rate ?? 0, 1e-3, 1e-9))
    #expect(report.csv.split(separator: "\r\n").count == 3)
    #expect(report.text.contains("all epochs are done"))
    try log.write(report)
    expectSound(String(decoding: try read(folder.path + "/report.html"), as: UTF8.self))
  }

  /// As versions wrote it that knew no flags.
  @Test func aDescriptionWithoutFlagsIsRead() throws {
    let folder = try TemporaryFolder()
    var run = try someRun()
    run.flags = ["seed": ["7"]]
    try run.write(toFolder: folder.path)
    #expect(try RunDescription(folder: folder.path) == run)
    let path = folder.path + "/config.json"
    let old = JSONValue.object(try JSONValue.fields(ofFile: path).filter { $0.0 != "flags" })
    try AtomicFile.write(old.text, to: path)
    run.flags = [:]
    #expect(try RunDescription(folder: folder.path) == run)
  }

  @Test func aRunThatGoesOnHasNoLineTwice() throws {
    let whole = try TemporaryFolder()
    let wholeLog = try log(whole)
    try trainer(whole).run(wholeLog.callback)
    let parts = try TemporaryFolder()
    // Stopped in the middle of an epoch, with lines after its checkpoint and half a line: as a kill leaves it.
    let first = try log(parts)
    try trainer(parts).run { event in
      _ = try first.callback(event)
      if case .step(let step) = event, step.progress.update == 6 { return .stop }
      return .goOn
    }
    let path = parts.path + "/metrics.jsonl"
    var left = String(decoding: try read(path), as: UTF8.self)
    left +=
      "{\"epoch\":1,\"kind\":\"steps\",\"loss\":1,\"seconds\":1,\"update\":7}\n{\"epoch\":1,\"ki"
    try Data(left.utf8).write(to: URL(fileURLWithPath: path))
    let second = try log(parts)
    try trainer(parts).run(resumes: true, second.callback)
    func lines(_ folder: TemporaryFolder) throws -> [RunRecord] {
      try RunRecord.read(folder: folder.path).filter { $0.kind != .checkpoint }
        .map { record in
          var record = record
          record.seconds = 0
          record.imagesPerSecond = nil
          return record
        }
    }
    let (expected, found) = (try lines(whole), try lines(parts))
    let kinds: [RunRecord.Kind] = [.epoch, .stopped]
    for kind in kinds {
      #expect(
        found.filter { $0.kind == kind }.map(\.loss)
          == expected.filter { $0.kind == kind }.map(\.loss))
    }
    #expect(
      found.filter { $0.kind == .steps }.map(\.update)
        == expected.filter { $0.kind == .steps }.map(\.update))
    #expect(found.last == expected.last)
    #expect(try lines(parts).filter { $0.kind == .stopped }.count == 1)
    // The events as well.
    func steps(_ folder: TemporaryFolder, _ tag: String) throws -> [Int64] {
      try RecordFrame.records(read(folder.path + "/" + EventFile.fileName)).compactMap {
        record, _ in
        let event = try ProtobufReader.fields(record)
        guard let summary = event.first(where: { $0.number == 5 })?.value.bytes,
          let value = try ProtobufReader.fields(summary).first?.value.bytes,
          try ProtobufReader.fields(value).first?.value.string == tag
        else { return nil }
        return event.first { $0.number == 2 }?.value.integer ?? 0
      }
    }
    #expect(try steps(parts, "loss/training") == [3, 6])
    #expect(try steps(parts, "loss/training by epoch") == [4, 8])
    #expect(try steps(parts, "run/text_summary") == [0])
  }

  @Test func aFinishedRunThatIsResumedStaysAsItIs() throws {
    let folder = try TemporaryFolder()
    try trainer(folder).run(log(folder).callback)
    let before = try RunRecord.read(folder: folder.path)
    try trainer(folder).run(resumes: true, log(folder).callback)
    let after = try RunRecord.read(folder: folder.path)
    #expect(after.map(\.kind) == before.map(\.kind))
    #expect(after.map(\.update) == before.map(\.update))
  }

  @Test func aRefusedRunChangesNothing() throws {
    let folder = try TemporaryFolder()
    try trainer(folder).run(log(folder).callback)
    let before = try read(folder.path + "/metrics.jsonl")
    #expect(throws: TrainingError.self) { try trainer(folder).run(log(folder).callback) }
    #expect(try read(folder.path + "/metrics.jsonl") == before)
  }

  @Test func aRunThatBeginsAnewKeepsNothing() throws {
    let folder = try TemporaryFolder()
    var progress = TrainingProgress(seed: 1)
    progress.finishUpdate()
    var description = try someRun()
    for command in ["first", "second"] {
      description.command = command
      let log = RunLog(folder: folder.path, description, options: .init(), time: { 1 })
      try log.receive(.warning(command))
      try log.receive(.step(.init(progress: progress, loss: 1, rate: 1, images: 1)))
    }
    #expect(try RunRecord.read(folder: folder.path).map(\.text) == ["second"])
    #expect(try RunDescription(folder: folder.path).command == "second")
    let events = try RecordFrame.records(read(folder.path + "/" + EventFile.fileName))
    // The version and the text.
    #expect(events.count == 2)
  }

  @Test func theFirstCommandIsKept() throws {
    let folder = try TemporaryFolder()
    try trainer(folder, epochs: 1).run(log(folder).callback)
    var again = try someRun()
    again.command = "digitctl train --resume"
    let second = RunLog(folder: folder.path, again)
    try trainer(folder).run(resumes: true, second.callback)
    #expect(try RunDescription(folder: folder.path).command == "digitctl train")
  }

  @Test func warningsBeforeTheFirstUpdateAreKept() throws {
    let folder = try TemporaryFolder()
    let log = try log(folder)
    try log.receive(.warning("early"))
    #expect(folder.names == [])
    var progress = TrainingProgress(seed: 1)
    progress.finishUpdate()
    try log.receive(.step(.init(progress: progress, loss: 1, rate: 1, images: 1)))
    try log.receive(.warning("late"))
    let records = try RunRecord.read(folder: folder.path)
    #expect(records.map(\.text) == ["early", "late"])
    #expect(records.map(\.update) == [0, 1])
  }

  @Test func damage() throws {
    let line = "{\"epoch\":1,\"kind\":\"epoch\",\"loss\":\"nan\",\"seconds\":1,\"update\":4}\n"
    let good = Array((line + line).utf8)
    #expect(try RunRecord.parse(good, path: "p").count == 2)
    #expect(try RunRecord.parse(good, path: "p")[0].loss?.isNaN == true)
    // A last line that was cut anywhere is left out, with all before it.
    for length in 0..<good.count {
      let records = try RunRecord.parse(Array(good.prefix(length)), path: "p")
      #expect(records.count == length / line.utf8.count)
    }
    // Damage before it is an error that names the line.
    var bad = good
    bad[3] = 0
    let error = #expect(throws: FileError.self) { try RunRecord.parse(bad, path: "p") }
    #expect(error?.description.contains("line 1") == true)
    // Whatever stands there, keeping lines never goes beyond the file.
    for place in good.indices {
      for value in [0, 0x0A, 0x22, 0xFF] as [UInt8] {
        var bytes = good
        bytes[place] = value
        #expect((0...bytes.count).contains(RunLog.linesToKeep(bytes, upTo: 100)))
      }
    }
  }

  @Test func descriptionsThatAreNone() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try RunDescription(folder: folder.path) }
    try someRun().write(toFolder: folder.path)
    let whole = try read(folder.path + "/config.json")
    #expect(try RunDescription(folder: folder.path) == someRun())
    for length in stride(from: 0, to: whole.count - 2, by: 7) {
      _ = try folder.write(Array(whole.prefix(length)), "config.json")
      #expect(throws: FileError.self) { try RunDescription(folder: folder.path) }
    }
  }

  @Test func settingsAreNamesAndValues() throws {
    var run = try someRun()
    run.configuration.schedule = .oneCycle(OneCycle(steps: 7))
    let settings = Dictionary(uniqueKeysWithValues: run.settings)
    #expect(settings["schedule.oneCycle.steps"] == "7")
    #expect(settings["optimiser.adam.rate"] == "0.001")
    run.command = "a|b<c>"
    #expect(run.markdown.contains("a\\|b&lt;c>"))
  }

  @Test func thisMachine() {
    let here = ReportEnvironment.current(threads: 3)
    #expect(here.threads == 3)
    #expect(here.version == Engine.version)
    #expect(!here.processor.isEmpty && !here.system.contains("\u{0}"))
    #expect(ReportEnvironment.current().threads == Engine.defaultThreads)
  }
}
