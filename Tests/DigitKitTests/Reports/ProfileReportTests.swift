import Testing

@testable import DigitKit

/// Where time goes: what is counted by hand, what must add up. How long anything takes, no test can know.
@Suite struct ProfileReportTests {
  /// Padded channels and pixels, so that counts show whether they are counted.
  private static func model() throws -> Model {
    try Model(Input(12, 12), name: "small") {
      Conv2D(channels: 3, kernel: 3, activation: .relu)
      MaxPool2D()
      Flatten()
      Dense(units: 5)
    }
  }

  private static func options() -> SpeedReport.Options {
    var options = SpeedReport.Options()
    options.seconds = 0.01
    options.rounds = 2
    options.batch = 4
    options.predictionBatch = 32
    options.threads = 2
    return options
  }

  private static func measured(_ model: Model) throws -> [PlanProfile] {
    try ProfileReport.measure([.init("small", model)], options: options()).networks[0].profiles
  }

  @Test func takesTheGivenPicturesEvenIfFewerThanACallReads() throws {
    var options = Self.options()
    options.data = try DataSet(drawnBy: Synth(seed: 3), count: 20)
    let report = try ProfileReport.measure(
      [.init("softmax", Zoo.model("softmax"))], options: options)
    #expect(report.data == options.data?.name)
    #expect(report.networks[0].profiles.map(\.batch) == [4, 32])
  }

  @Test func everyOperationIsThereOnce() throws {
    let model = try Self.model()
    let profiles = try Self.measured(model)
    #expect(profiles.map(\.task) == [.training, .prediction])
    #expect(profiles.map(\.batch) == [4, 32])
    var configuration = TrainingConfiguration()
    configuration.batchSize = 4
    let set = try ImageSet.drawn(8, for: model)
    let trainer = try Trainer(model, configuration, training: set)
    #expect(profiles[0].operations.map(\.name) == trainer.plan.operations)
    #expect(Set(profiles[0].segments.map(\.stage)) == [.prepare, .compute, .update])
    let layout = try model.plan(.predict([.probabilities]), batch: 32).layout
    let computing = layout.ops.filter { $0.stage == .compute }.map { $0.op.name }
    #expect(profiles[1].operations.map(\.name) == computing)
  }

  @Test func sharesAddUp() throws {
    for profile in try Self.measured(Self.model()) {
      let seconds =
        profile.operations.map(\.work.seconds) + [profile.waiting, profile.between]
      #expect(seconds.allSatisfy { $0 >= 0 })
      #expect(abs(seconds.reduce(0) { $0 + profile.share($1) } - 1) < 1e-9)
      let spent = profile.operations.reduce(0) { $0 + $1.work.seconds }
      #expect(spent > 0)
      for sums in [profile.sums { $0.kind }, profile.sums { $0.layer }] {
        #expect(abs(sums.reduce(0) { $0 + $1.work.seconds } - spent) < 1e-9 * spent)
      }
      #expect(profile.untimedRounds.count == 2 && profile.timedRounds.count == 2)
      #expect(profile.timedRounds.contains(profile.stepSeconds))
      #expect(profile.peak > 0 && profile.peak.isFinite)
    }
  }

  /// Two for each product: 10x10 outputs of 3 channels from 3x3 numbers, 5 units from 75 numbers; batches of 4.
  @Test func operationsAreThoseOfTheDefinition() throws {
    let training = try Self.measured(Self.model())[0]
    func operations(_ name: String) -> Double? {
      training.operations.first { $0.name == name }?.work.operations
    }
    let ofConvolution: Double = 2 * 2700 * 4
    let ofDense: Double = 2 * 375 * 4
    #expect(operations("conv1 forward") == ofConvolution)
    #expect(operations("conv1 backward weight") == ofConvolution)
    #expect(operations("conv1 gradient") == 0)
    #expect(operations("dense1 forward") == ofDense)
    #expect(operations("dense1 backward input") == ofDense)
    #expect(operations("dense1 update") == ofDense)
    #expect(operations("dense1 prepare") == 0)
    let sums = training.sums { $0.layer }
    #expect(sums.first { $0.name == "dense1" }?.work.operations == 3 * ofDense)
    let forward = training.operations.first { $0.name == "conv1 forward" }
    #expect(forward?.kind == "conv_forward" && forward?.family == .convolution)
    #expect(forward?.algorithm == "direct" && forward?.layer == "conv1")
  }

  /// 144 bytes in and as many floats out a picture; 8 stored floats a gradient, which is added to, and as many a picture.
  @Test func bytesAreThoseOfTheOperands() throws {
    let training = try Self.measured(Self.model())[0]
    func bytes(_ name: String) -> Double? {
      training.operations.first { $0.name == name }?.work.bytes
    }
    let ofPictures: Double = 4 * (144 + 4 * 144)
    let ofBias: Double = 2 * 32 + 4 * 32
    #expect(bytes("input gather") == ofPictures)
    #expect(bytes("dense1 bias gradient") == ofBias)
  }

  /// A gradient by lane is added to wherever a tile or a lane begins; weights are read once a tile.
  @Test func tilesAndLanesCountEachTime() throws {
    let model = try Self.model()
    let layout = try model.plan(.train(), batch: 40).layout
    #expect(layout.lanes == 5 && layout.tile == 16)
    let operations = layout.segments.flatMap {
      layout.profiled($0, Array(repeating: 0, count: layout.ops.count))
    }
    let weight = try #require(layout.ops.first { $0.op.code == .convBackwardWeight }).op
    // Lanes begin at 0, 8, 16, 24 and 32, tiles at three of these.
    let sums = weight.uses[0].bytes + weight.uses[1].bytes
    let images = zip(weight.operands, weight.uses).filter { $0.0 != .none && $0.1.isOfImage }
    let perImage = images.reduce(0) { $0 + $1.1.bytes }
    let expected = Double(2 * 5 * sums + 40 * perImage)
    #expect(operations.first { $0.name == weight.name }?.work.bytes == expected)
  }

  @Test func muonCountsItsProducts() throws {
    let model = try Model(Input(4, 4), name: "deep") {
      Flatten()
      Dense(units: 6)
      Dense(units: 7)
      Dense(units: 3)
    }
    let layout = try model.plan(.train(TrainingOptions(rule: .muon)), batch: 8).layout
    let operations = layout.segments.flatMap {
      layout.profiled($0, Array(repeating: 0, count: layout.ops.count))
    }
    let muon = operations.filter { $0.kind == "muon_update" }
    // Of a matrix of 6 by 7: five times 4 * 6 * 6 * 7 and 2 * 6 * 6 * 6.
    #expect(muon.map(\.work.operations) == [7200.0])
    #expect(muon.map(\.layer) == ["dense2"] && muon.map(\.family) == [.optimiser])
  }

  private static func report(_ name: String = "a,\nb") -> ProfileReport {
    func operation(
      _ name: String, _ family: PlanProfile.Family, _ seconds: Double, _ operations: Double
    ) -> PlanProfile.Operation {
      .init(
        name: name, layer: "l", kind: "k_\(name)", family: family,
        algorithm: operations > 0 ? "winograd" : nil,
        work: .init(seconds: seconds, operations: operations, bytes: 2_000_000))
    }
    let profile = PlanProfile(
      task: .training, batch: 10, threads: 2, stepSeconds: 0.001, peak: 100e9,
      segments: [
        .init(
          stage: .prepare, isByImage: false, operations: [operation("first", .dense, 2e-4, 0)],
          waiting: 1e-4),
        .init(
          stage: .compute, isByImage: true,
          operations: [operation("second", .convolution, 1e-3, 75e6)], waiting: 3e-4),
      ], untimedRounds: [0.0008, 0.0009, 0.0007], timedRounds: [0.001, 0.0011, 0.0009])
    return ProfileReport(
      environment: someEnvironment, data: "mnist", augmentation: nil, seconds: 0.5, rounds: 3,
      networks: [.init(name: name, parameters: 5, profiles: [profile])])
  }

  @Test func isWrittenForPeopleAndPrograms() throws {
    let report = Self.report()
    for part in [
      "A step takes 800 µs (700 to 900), 12,500 images/s", "taken 1,000 µs (+25.0 %)",
      "Peak: 100 GFLOP/s of one thread, with 2 at work.", "1. prepare, by part",
      "2. compute, by image",
      "winograd   50.0 %    500        50       75     75 %   2 MB     2",
      "waiting for the last thread                       20.0 %",
      "between operations                                20.0 %",
    ] { #expect(report.text.contains(part), "\(part)\n\(report.text)") }
    let rows = report.csv.split(separator: "\r\n")
    #expect(rows.count == 5)
    #expect(
      rows[2]
        == "\"a,\nb\",training,10,2,2,compute,second,l,k_second,winograd,"
        + "0.5,500.0,50.0,75.0,0.75,2000000.0,2.0,<b>P</b>,ref")
    let read = try ReportJSON.value(ProfileReport.self, from: report.json().utf8)
    #expect(read == report)
  }

  @Test func theDrawingIsWellFormed() throws {
    for name in hostileNames {
      let check = MarkupCheck(Self.report(name).svg)
      #expect(check.error == nil)
      #expect(check.badNumbers.isEmpty && check.outside.isEmpty && check.active.isEmpty)
      // The ground, the step, two segments and what lies between them, two operations and two times of waiting.
      #expect(check.elements.filter { $0 == "rect" }.count == 9)
      #expect(check.text.contains("second: k_second, winograd; 500 µs a step"))
      #expect(check.text.contains("at 75 GFLOP/s, 75 % of the peak, 50.0 %"))
    }
  }

  @Test func boxesAreAsWideAsTheirShare() throws {
    let check = MarkupCheck(Self.report().svg)
    let widths = check.attributes.filter { $0.element == "rect" && $0.name == "width" }
      .compactMap { Double($0.value) }
    // Behind the ground: the step, then each segment with what is below it.
    let parts = widths.dropFirst().map { ($0 / 1180 * 100).rounded() / 100 }
    #expect(parts == [1, 0.15, 0.1, 0.05, 0.65, 0.5, 0.15, 0.2])
  }
}
