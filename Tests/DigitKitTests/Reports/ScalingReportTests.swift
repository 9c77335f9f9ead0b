import Synchronization
import Testing

@testable import DigitKit

/// What is said and drawn of sizes and speeds that are made up. How fast anything is, no test can know.
@Suite struct ScalingReportTests {
  private static func point(
    _ study: ScalingReport.Study, _ rate: Double, _ measure: SpeedReport.Measure = .training,
    network: String = "lenet5", threads: Int = 2, batch: Int = 64, multiplyAdds: Int = 1000,
    atWork: Int = 2, pictures: Int? = nil, memory: Int? = nil, others: Double? = 0.01
  ) -> ScalingReport.Point {
    ScalingReport.Point(
      study: study, network: network, multiplyAdds: multiplyAdds,
      figure: .init(
        measure, batch: batch, threads: threads, rounds: [rate, 0.9 * rate, 1.1 * rate]),
      threadsAtWork: atWork, pictures: pictures, peakMemory: memory, otherCores: others)
  }

  private static func report(_ points: [ScalingReport.Point]) -> ScalingReport {
    ScalingReport(environment: someEnvironment, seconds: 1, rounds: 3, points: points)
  }

  /// A call of 30 µs and 2 µs a picture; 250 µs of multiply-adds; passes of 20 µs a picture.
  private static let everything: ScalingReport = {
    var points: [ScalingReport.Point] = []
    for measure in [SpeedReport.Measure.training, .prediction] {
      for threads in [1, 2] {
        points.append(point(.threads, threads == 1 ? 100 : 160, measure, threads: threads))
      }
      for batch in [1, 4, 16, 64, 256] {
        let seconds = 30e-6 + 2e-6 * Double(batch)
        points.append(
          point(
            .batch, Double(batch) / seconds, measure, batch: batch, atWork: batch < 16 ? 1 : 2))
      }
      for (name, products, rate) in [
        ("narrow", 1_000, 100_000.0), ("even", 100_000, 10_000), ("same", 1_000_000, 1_000),
        ("</title>wide", 10_000_000, 300),
      ] { points.append(point(.network, rate, measure, network: name, multiplyAdds: products)) }
    }
    for pictures in [1_000, 10_000, 100_000] {
      points.append(point(.data, 50_000, pictures: pictures, memory: 50 << 20))
    }
    return report(points)
  }()

  @Test func threadsAreComparedWithTheIdeal() {
    let found = Self.everything.findings(.threads)
    #expect(found.count == 2)
    #expect(
      found[0].hasPrefix(
        "lenet5, training: 2 threads are 1.60 times as fast as 1, 80 % of what they could be, as if 25 % of the work"
      ), "\(found)")
    let ideal = Self.report([
      Self.point(.threads, 100, threads: 1), Self.point(.threads, 199, threads: 2),
    ])
    #expect(
      ideal.findings(.threads) == [
        "lenet5, training: 2 threads are 1.99 times as fast as 1, 100 % of what they could be."
      ])
    let slower = Self.report([
      Self.point(.threads, 100, threads: 1), Self.point(.threads, 90, threads: 2),
    ])
    #expect(slower.findings(.threads)[0].contains("too short to be shared"))
    #expect(Self.report([Self.point(.threads, 100, threads: 1)]).findings(.threads).isEmpty)
  }

  @Test func aCallCostsSomethingOnceAndForEachPicture() {
    let found = Self.everything.findings(.batch)
    #expect(found.count == 2)
    for part in [
      "a call costs 30 µs once and 2 µs a picture", "256 pictures are enough for 90 %",
      "Below 16 there is no work for 2 threads", "shared out by eights",
    ] { #expect(found[0].contains(part), "\(found)") }
    #expect(found[1].contains("waking another takes longer"), "\(found)")
  }

  @Test func networksAreComparedWithTheOneInTheMiddle() {
    let found = Self.everything.findings(.network)
    #expect(found.count == 2)
    // The rates are 0.1, 1, 1 and 3 billion.
    for part in [
      "the line is 1 billion", "Slower than the line: narrow;", "Quicker: </title>wide;",
    ] {
      #expect(found[0].contains(part), "\(found)")
    }
  }

  @Test func timeAndMemoryOfAPassAreTold() {
    let found = Self.everything.findings(.data)
    #expect(found.count == 1)
    for part in [
      "to the power of 1.00, 20 µs a picture of 100,000", "takes 50.0 MiB for 1,000 and 50.0 MiB",
    ] { #expect(found[0].contains(part), "\(found)") }
  }

  @Test func whatIsNotTrainingIsDrawing() {
    let report = Self.report([
      Self.point(.threads, 200_000), Self.point(.data, 50_000, pictures: 1000),
      Self.point(.data, 50_000, pictures: 10_000),
    ])
    #expect(report.findings(.data)[0].contains("20 µs a picture of 10,000, 5 µs of it training"))
    #expect(!Self.everything.findings(.data)[0].contains("of it training"))
  }

  @Test func linesAreFitted() throws {
    let square = ScalingFits.exponent([(1, 3), (10, 300), (100, 30_000)])
    #expect(abs(try #require(square) - 2) < 1e-9)
    #expect(ScalingFits.exponent([(5, 1)]) == nil && ScalingFits.exponent([(5, 1), (5, 2)]) == nil)
    let line = try #require(ScalingFits.onceAndEach([(1, 12), (10, 30), (100, 210)]))
    #expect(abs(line.once - 10) < 1e-9 && abs(line.each - 2) < 1e-9)
    #expect(ScalingFits.onceAndEach([(1, 12), (10, 30)]) == nil)
  }

  @Test func isWrittenForPeopleAndPrograms() throws {
    let report = Self.everything
    let text = report.text
    for part in [
      "<b>P</b>, ref, 2 threads", "Threads", "Pictures of a batch", "threads at work",
      "Size of the network", "10,000,000", "50.0 MiB",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    let rows = report.csv.split(separator: "\r\n")
    #expect(rows.count == 1 + report.points.count)
    #expect(
      rows[1]
        == "threads,lenet5,training,1,64,1000,,100.0,90.0,110.00000000000001,2,,0.01,<b>P</b>,ref")
    let read = try ReportJSON.value(ScalingReport.self, from: report.json().utf8)
    #expect(read == report)
  }

  @Test(arguments: ScalingReport.Study.allCases)
  func eachStudyIsAPicture(_ study: ScalingReport.Study) throws {
    let svg = try #require(Self.everything.svg(study))
    let check = MarkupCheck(svg)
    #expect(check.error == nil, "\(check.error ?? "")")
    // Two plots, each with its caption and at least as many dots as points of a line.
    #expect(check.elements.count { $0 == "g" } == 2)
    #expect(check.elements.count { $0 == "circle" } >= 4)
    #expect(check.text.contains("3 rounds in turns"))
    #expect(!svg.contains("</title>wide"))
    #expect(Self.report([]).svg(study) == nil)
  }

  @Test func othersWorkIsTold() throws {
    #expect(Self.everything.disturbance == nil)
    let busy = Self.report([
      Self.point(.threads, 1, others: 0.5), Self.point(.threads, 1, others: nil),
    ])
    #expect(busy.disturbance == 0.5)
    #expect(try #require(busy.svg(.threads)).contains("0.5 cores busy"))
    #expect(Self.report([Self.point(.threads, 1, others: nil)]).disturbance == nil)
    let start = CoreUse(wall: 10, all: 100, own: 50)
    let end = CoreUse(wall: 12, all: 104, own: 53)
    #expect(end.otherCores(since: start) == 0.5)
    #expect(CoreUse.busyTicks("cpu  10 2 3 400 50 6 7 8 9 9\ncpu0 1 1") == 36)
    #expect(CoreUse.busyTicks("intr 1 2 3 4 5 6 7 8") == nil)
  }

  @Test func passesGrowByTens() {
    let sizes = ScalingReport.Options.sizes
    #expect(sizes(1_000_000) == [10_000, 100_000, 1_000_000])
    #expect(sizes(250_000) == [10_000, 100_000, 250_000])
    #expect(sizes(200) == [20, 200])
    #expect(sizes(1) == [1])
  }

  @Test func wordsAreBrokenIntoLines() {
    let lines = ChartRow.lines(of: "one two three\nfour", width: 8 * Drawing.letter)
    #expect(lines == ["one two", "three", "four"])
    #expect(ChartRow.lines(of: "longerthanaline a", width: 30) == ["longerthanaline", "a"])
  }

  @Test func measuresInTurns() throws {
    var options = ScalingReport.Options()
    options.seconds = 0.01
    options.rounds = 2
    options.threads = 2
    options.studies = [.threads, .data]
    options.networks = [.init("one", try Zoo.model("softmax"))]
    options.pictures = 260
    options.sizes = [5, 50]
    let passes = Mutex<[Int]>([])
    options.pass = { pictures in
      passes.withLock { $0.append(pictures) }
      return .init(imagesPerSecond: Double(pictures), peakMemory: 1000 * pictures)
    }
    var heard: [String] = []
    let report = try ScalingReport.measure(options) { done, total, next in
      #expect(done == (heard.count < 8 ? heard.count : heard.count - 8))
      #expect(total == (heard.count < 8 ? 8 : 4))
      heard.append(next)
    }
    #expect(heard.count == 12 && heard[0] == heard[4] && heard[0].hasSuffix("1 thread"))
    #expect(passes.withLock { $0 } == [5, 50, 5, 50])
    #expect(report.points.map(\.study) == [.threads, .threads, .threads, .threads, .data, .data])
    #expect(report.points.map(\.figure.threads) == [1, 1, 2, 2, 2, 2])
    #expect(report.points.suffix(2).map(\.peakMemory) == [5000, 50_000])
    for point in report.points { #expect(point.figure.median > 0) }
  }
}
