import Testing

@testable import DigitKit

@Suite struct PageTests {
  private func page(_ predictions: Predictions, _ names: [String] = []) throws -> String {
    try TestReport(predictions, about: someAbout(names), loss: .nan).page
  }

  @Test func hostileNamesStayNames() throws {
    let predictions = try somePredictions()
    var about = someAbout(hostileNames)
    about.modelName = hostileNames[0]
    about.data = hostileNames[1]
    about.command = hostileNames[2]
    about.notes = hostileNames
    let report = try TestReport(predictions, about: about)
    expectSound(report.page)
    #expect(report.page.contains("&lt;/title&gt;&lt;script&gt;"))
    for drawing in report.drawings {
      #expect(MarkupCheck(drawing.svg).error == nil)
    }
    // Text for a terminal cannot steer it.
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
    #expect(!report.text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func anythingCanBeDrawn() throws {
    // One class alone, one picture alone.
    expectSound(try page(Predictions(probabilities: [1], labels: [0], classes: 1)))
    expectSound(try page(Predictions(probabilities: [0.5, 0.5], labels: [1], classes: 2)))
    // All right with the same confidence; all wrong.
    let same: [Float] = (0..<20).flatMap { _ in [1, 0] as [Float] }
    expectSound(
      try page(
        Predictions(probabilities: same, labels: [Int32](repeating: 0, count: 20), classes: 2)))
    expectSound(
      try page(
        Predictions(probabilities: same, labels: [Int32](repeating: 1, count: 20), classes: 2)))
    // Numbers that are none.
    expectSound(
      try page(
        Predictions(probabilities: [.nan, .nan, .infinity, 0], labels: [0, 1], classes: 2)))
  }

  @Test func aHundredClassesFit() throws {
    let names = (0..<100).map { "class number \($0)" }
    let report = try TestReport(somePredictions(3_000, classes: 100), about: someAbout(names))
    expectSound(report.page)
    #expect(report.page.utf8.count < 400_000)
    #expect(report.confusionChart.drawing.file.utf8.count < 120_000)
  }

  @Test func manyPicturesStaySmall() throws {
    let images = try corners(400)
    let predictions = try somePredictions(400, classes: 4)
    var options = TestReport.Options()
    options.pictures = 100
    let report = try TestReport(
      predictions, pictures: LabelledData(images), about: someAbout(), options: options)
    #expect(report.right.count == 100)
    expectSound(report.page)
  }

  @Test func runsOfAnyLength() throws {
    let run = try someRun(hostileNames)
    expectSound(RunReport(run: run, records: []).page)
    var progress = TrainingProgress(seed: 1)
    progress.update = 1
    var first = RunRecord(.steps, progress)
    first.loss = 2
    expectSound(RunReport(run: run, records: [first]).page)
    first.loss = .infinity
    first.accuracy = .nan
    var warning = RunRecord(.warning, progress)
    warning.text = hostileNames[0]
    expectSound(RunReport(run: run, records: [first, warning]).page)
    let long = (1...2_000).flatMap { epoch -> [RunRecord] in
      progress.epoch = epoch
      progress.update = epoch * 10
      var record = RunRecord(.epoch, progress)
      record.loss = 1 / Double(epoch)
      record.accuracy = 1 - 1 / Double(epoch + 1)
      record.rate = 1e-3
      var look = RunRecord(.validation, progress)
      look.loss = record.loss
      look.isBest = epoch < 100
      return [record, look]
    }
    let report = RunReport(run: run, records: long)
    expectSound(report.page)
    #expect(report.epochs.count == 2_000)
    #expect(report.best?.epoch == 99)
    #expect(report.page.contains("<details>"))
    try expectRoundTrip(report)
  }

  @Test func comparisons() throws {
    let (a, b) = (try somePredictions(seed: 1), try somePredictions(seed: 1))
    let run = RunReport(run: try someRun(), records: [])
    let report = try ComparisonReport(
      command: "digitctl compare", runs: [(hostileNames[0], run), ("b", run)], data: "d",
      predictions: [a, b])
    #expect(report.pairs.count == 1)
    #expect(report.pairs[0].pValue == 1)
    #expect(!report.pairs[0].isSignificant)
    expectSound(report.page)
    try expectRoundTrip(report)
    expectSound(try ComparisonReport(command: "", runs: [("a", run)]).page)
    #expect(report.csv.split(separator: "\r\n").count == 3)
    #expect(throws: DataError.self) {
      try ComparisonReport(command: "", runs: [("a", run)], predictions: [a, b])
    }
  }

  @Test func significanceIsMcNemars() throws {
    let labels = [Int32](repeating: 0, count: 40)
    func predictions(wrong: Range<Int>) throws -> Predictions {
      try Predictions(
        probabilities: (0..<40).flatMap {
          wrong.contains($0) ? [0.25, 0.75] : [0.75, 0.25] as [Float]
        },
        labels: labels, classes: 2)
    }
    let run = RunReport(run: try someRun(), records: [])
    let report = try ComparisonReport(
      command: "", runs: [("good", run), ("bad", run)], data: "d",
      predictions: [predictions(wrong: 0..<0), predictions(wrong: 0..<12)])
    #expect(report.pairs[0].onlyFirst == 12)
    #expect(report.pairs[0].isSignificant)
    #expect(report.sentence(report.pairs[0]).contains("good is better"))
  }
}
