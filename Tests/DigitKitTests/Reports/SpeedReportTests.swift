import Synchronization
import Testing

@testable import DigitKit

/// What is said of speeds. How fast anything is, no test can know.
@Suite struct SpeedReportTests {
  private static let report = SpeedReport(
    environment: someEnvironment, data: "mnist", augmentation: "rotate=10", seconds: 0.5, rounds: 3,
    networks: [
      .init(
        name: "a,\nb", parameters: 1234,
        figures: [
          .init(.training, batch: 128, threads: 2, rounds: [150_000, 120_000.25, 151_000]),
          .init(.onePicture, batch: 1, threads: 1, rounds: [6.9]),
        ])
    ])

  @Test func aFigureHasMedianLeastAndMost() {
    let figure = SpeedReport.Figure(.training, batch: 1, threads: 1, rounds: [3, 9, 1, 4, 5])
    #expect([figure.median, figure.least, figure.most] == [4, 1, 9])
  }

  @Test func isWrittenForPeopleAndPrograms() throws {
    let text = Self.report.text
    #expect(text.contains("<b>P</b>, ref, 2 threads"))
    #expect(text.contains("On mnist, training with rotate=10; 3 rounds of 0.5 s each"))
    for row in [
      "training, batch 128      150,000  120,000  151,000  images/s", "6.9      6.9      6.9  µs",
    ] { #expect(text.contains(row), "\(text)") }
    let rows = Self.report.csv.split(separator: "\r\n")
    #expect(rows.count == 3)
    #expect(
      rows[1]
        == "\"a,\nb\",1234,training,images/s,128,2,150000.0,120000.25,151000.0,<b>P</b>,ref,mnist")
    let read = try ReportJSON.value(SpeedReport.self, from: Self.report.json().utf8)
    #expect(read == Self.report)
  }

  private func options() -> SpeedReport.Options {
    var options = SpeedReport.Options()
    options.seconds = 0.01
    options.rounds = 2
    options.batch = 32
    options.predictionBatch = 16
    options.threads = 2
    return options
  }

  @Test func measuresEveryNetworkInTurns() throws {
    var heard: [String] = []
    let report = try SpeedReport.measure(
      [.init("one", Zoo.model("softmax")), .init("other", oddNetwork())], options: options()
    ) { done, total, next in
      #expect(done == heard.count && total == 12)
      heard.append(next)
    }
    #expect(heard.count == 12)
    #expect(heard.prefix(4).last == "other, training" && heard[6] == "one, training")
    for network in report.networks {
      #expect(network.figures.map(\.measure) == SpeedReport.Measure.allCases)
      #expect(network.figures.map(\.batch) == [32, 16, 1])
      #expect(network.figures.map(\.threads) == [2, 2, 1])
      for figure in network.figures {
        #expect(figure.least > 0 && figure.least <= figure.median && figure.median <= figure.most)
        #expect(figure.most.isFinite)
      }
    }
  }

  @Test func measuresOnlyWhatIsAskedForOnTheGivenPictures() throws {
    var options = options()
    options.measures = [.onePicture, .training]
    options.data = try DataSet(drawnBy: Synth(seed: 3), count: 40)
    options.optimiser = .sgd(rate: 0.01)
    let report = try SpeedReport.measure(
      [.init("one", Zoo.model("softmax"))], options: options)
    #expect(report.networks[0].figures.map(\.measure) == [.training, .onePicture])
    #expect(report.data == options.data?.name)
  }

  @Test func aSetSmallerThanABatchIsRefused() throws {
    var options = options()
    options.data = try DataSet(drawnBy: Synth(seed: 3), count: 31)
    let error = #expect(throws: DataError.self) {
      try SpeedReport.measure([.init("one", Zoo.model("softmax"))], options: options)
    }
    #expect("\(try #require(error))".contains("31 pictures, fewer than a batch of 32"))
    // What does not train takes them all the same, some of them twice.
    options.measures = [.prediction]
    options.predictionBatch = 64
    #expect(
      try SpeedReport.measure([.init("one", Zoo.model("softmax"))], options: options)
        .networks[0].figures.map(\.batch) == [64])
  }

  /// Other sides, channels and classes than drawn digits have.
  private func oddNetwork() throws -> Model {
    try Model(Input(20, 16, channels: 3), name: "odd") {
      Flatten()
      Dense(units: 3)
    }
  }

  @Test func picturesFitTheNetwork() throws {
    let set = try ImageSet.drawn(40, for: oddNetwork())
    #expect([set.height, set.width, set.channels, set.classes] == [16, 16, 3, 3])
    #expect(Set(set.labels) == [0, 1, 2])
    #expect(set.pixels.contains { $0 > 0 })
  }

  private struct Enough: Error {}

  @Test(arguments: [0, 3, 40])
  func endsWhereItIsToldTo(_ asked: Int) {
    let count = Mutex(0)
    var options = options()
    options.seconds = 1000
    options.check = {
      try count.withLock {
        $0 += 1
        if $0 > asked { throw Enough() }
      }
    }
    #expect(throws: Enough.self) {
      try SpeedReport.measure([.init("one", Zoo.model("softmax"))], options: options)
    }
    #expect(count.withLock { $0 } == asked + 1)
  }
}
