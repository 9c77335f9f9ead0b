import Testing

@testable import DigitKit

@Suite struct TestReportTests {
  @Test func saysWhatTheMetricsSay() throws {
    let predictions = try somePredictions()
    var options = TestReport.Options()
    options.allowedError = 0.05
    let report = try TestReport(
      predictions, about: someAbout(), loss: 0.5, seconds: 2, options: options)
    #expect(report.correct == predictions.accuracy.successes)
    #expect(report.accuracy == predictions.accuracy.value)
    #expect(report.accuracyInterval.low == predictions.accuracy.interval().lowerBound)
    let matrix = ConfusionMatrix(predictions)
    #expect(report.confusion[3][4] == matrix[3, 4])
    #expect(report.classes[3].score.f1 == matrix.score(3).f1)
    #expect(report.classes[3].area == ROC(predictions, label: 3)?.area)
    #expect(report.calibration.expectedError == Calibration(predictions).expectedError)
    let best = try #require(ReadRate(predictions).best(errorRate: 0.05))
    #expect(report.readRate.chosen?.readRate == best.readRate)
    #expect(report.speed?.imagesPerSecond == 100)
    #expect(report.wrong.count == min(24, predictions.count - report.correct))
    #expect(report.wrong.allSatisfy { $0.label != $0.predicted })
    #expect(
      zip(report.wrong, report.wrong.dropFirst()).allSatisfy { $0.confidence >= $1.confidence })
    #expect(
      zip(report.barelyRight, report.barelyRight.dropFirst()).allSatisfy {
        $0.confidence <= $1.confidence
      })
    #expect(report.right.prefix(10).map(\.label) == (0..<10).map(String.init))
  }

  @Test func curvesAreThinnedAtTheirCorners() throws {
    let predictions = try somePredictions(5_000)
    let roc = try #require(ROC(predictions, label: 1))
    let outline = roc.outline
    #expect(roc.points.count > 1_000)
    #expect(outline.count <= 160)
    #expect(outline.first == TestReport.ROCPoint(falsePositives: 0, truePositives: 0))
    #expect(outline.last == TestReport.ROCPoint(falsePositives: 1, truePositives: 1))
    // A perfect class has three corners.
    let perfect = try #require(
      ROC(scores: [0.9, 0.8, 0.2, 0.1], isPositive: [true, true, false, false]))
    #expect(perfect.outline.map(\.truePositives) == [0, 1, 1])
    #expect(
      thinned(Array(0..<1000), to: 11) == [0, 99, 199, 299, 399, 499, 599, 699, 799, 899, 999])
  }

  @Test func roundTripsThroughJSON() throws {
    let images = try corners(40)
    let report = try measured(images)
    try expectRoundTrip(report)
    let text = try report.json(withPictures: true)
    let back = try ReportJSON.value(TestReport.self, from: Array(text.utf8))
    #expect(back == report)
    #expect(try report.json().contains("\"png\"") == false)
    #expect(text.contains("\"png\""))
  }

  /// A network with first weights reads pictures.
  private func measured(_ images: ImageSet) throws -> TestReport {
    let model = try cornerNet()
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 3)
    return try TestReport.measure(model, parameters, on: LabelledData(images), about: someAbout())
  }

  @Test func picturesAndLayersComeAlong() throws {
    let images = try corners(40)
    let report = try measured(images)
    #expect((report.wrong + report.right).allSatisfy { $0.picture != nil })
    #expect(report.filters.map(\.layer) == ["conv1"])
    #expect(report.filters[0].pictures.count == 8)
    #expect(report.filters[0].pictures[0].width == 3)
    let maps = try #require(report.featureMaps)
    #expect(maps.layers.map(\.layer) == ["conv1"])
    #expect(maps.layers[0].pictures.count == 8)
    #expect(maps.layers[0].pictures[0].width == 10)
    // The picture is the one of the set.
    let shown = try #require(maps.example.picture)
    let decoded = try Picture(decoding: shown.png, named: "test")
    #expect(decoded == images.picture(maps.example.index))
    expectSound(report.page)
  }

  @Test func mapsAreWhatTheLayerGives() throws {
    let images = try corners(4)
    let model = try cornerNet()
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 3)
    let maps = try LayerPictures.featureMaps(of: model, parameters, images, index: 2)
    let predictor = try Predictor(model, parameters: parameters, results: [.layer("conv1")])
    let values = try predictor.predict(Array(images.image(2)))
    for channel in 0..<8 {
      let map = stride(from: channel, to: values.count, by: 8).map { values[$0] }
      let picture = try Picture(decoding: maps[0].pictures[channel].png, named: "map")
      #expect(picture.bytes == Colours.grey(map))
    }
  }

  @Test func largePicturesAreShrunk() throws {
    var picture = try Picture(width: 300, height: 100, grey: 10)
    for y in 0..<100 { for x in 0..<300 where x < 150 { picture[x, y] = 250 } }
    let small = try ReportPicture(picture)
    #expect(small.width == 60 && small.height == 20)
    let decoded = try Picture(decoding: small.png, named: "small")
    #expect(decoded[0, 0] == 250 && decoded[59, 19] == 10)
  }

  @Test func tablesForPrograms() throws {
    let predictions = try Predictions(
      probabilities: [0.75, 0.25, 0.25, 0.75, 0.625, 0.375], labels: [0, 1, 1], classes: 2)
    let report = try TestReport(predictions, about: someAbout(["no, \"never\"", "yes"]))
    let lines = report.csv.components("\r\n")
    #expect(lines[0] == "class,precision,recall,f1,support,auc")
    #expect(lines[1] == "\"no, \"\"never\"\"\",0.5,1.0,0.6666666666666666,1,1.0")
    #expect(lines[2] == "yes,1.0,0.5,0.6666666666666666,2,1.0")
    #expect(lines[3] == "macro,0.75,0.75,0.6666666666666666,3,")
    #expect(lines.count == 6)
    #expect(
      report.confusionCSV
        == "true class,\"no, \"\"never\"\"\",yes\r\n\"no, \"\"never\"\"\",1,0\r\nyes,1,1\r\n")
  }

  @Test func textForPeople() throws {
    let predictions = try Predictions(
      probabilities: [0.75, 0.25, 0.25, 0.75, 0.625, 0.375], labels: [0, 1, 1], classes: 2)
    let report = try TestReport(predictions, about: someAbout(), loss: 0.5)
    #expect(
      report.text == """
        m on d

        accuracy           66.67 %, 95 % confidence: 20.77 % to 93.85 %
        errors             1 of 3
        loss               0.5000
        calibration error  37.50 %, at most 62.50 %
        reading            66.67 % at confidence 0.7500 and up, for errors of at most 0.1 %

        class     precision  recall      F1  pictures      AUC
        ------------------------------------------------------
        0            0.5000  1.0000  0.6667         1  1.00000
        1            1.0000  0.5000  0.6667         2  1.00000
        ------------------------------------------------------
        macro        0.7500  0.7500  0.6667         3        –
        weighted     0.8333  0.6667  0.6667         3        –

        Most frequent mistakes:
          1 read as 0: 1
        """)
  }

  @Test func predictionsMustBeOfThesePictures() throws {
    let predictions = try somePredictions(30, classes: 4)
    #expect(throws: DataError.self) {
      try TestReport(predictions, pictures: LabelledData(corners(20)), about: someAbout())
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    var parts = [""]
    for character in self {
      if String(character) == separator {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}
