import Foundation
import Testing

@testable import DigitKit

/// Augmentation as a value: composed, checked, written and read.
@Suite struct AugmentationTests {
  @Test func valuesCompose() {
    let some: Augmentation = [.noise(0.1), .rotate(10), .rotate(5), .elastic(2, spacing: 5)]
    #expect(some[.rotate] == 5)
    #expect(some.changes.map(\.kind) == [.rotate, .elastic, .noise])
    #expect(some.elasticSpacing == 5)
    #expect(some == [.elastic(2, spacing: 5), .noise(0.1), .rotate(5)])
    let more = Augmentation.digits + [.noise(0.2), .rotate(20)]
    #expect(more[.rotate] == 20 && more[.noise] == 0.2 && more[.shift] == 2)
    var changed = some
    changed[.elastic] = 3
    #expect(changed[.elastic] == 3 && changed.elasticSpacing == 5)
    #expect(Augmentation.none.isNone && Augmentation([.shift(0)]).isNone && !some.isNone)
    #expect(Augmentation()[.erase] == 0 && Augmentation().eraseSize == 0.3)
  }

  @Test func everyKindIsAValueWithALimit() throws {
    for kind in Augmentation.Kind.allCases {
      try Augmentation([.init(kind, kind.example)]).validate()
      try Augmentation([.init(kind, kind.most)]).validate()
      try Augmentation([.init(kind, 0)]).validate()
      for amount in [kind.most * 1.01, -0.1, .nan, .infinity] {
        let error = #expect(throws: DataError.self) {
          try Augmentation([.init(kind, amount)]).validate()
        }
        #expect(error?.message.contains("augmentation \(kind.rawValue)=") == true)
        #expect(error?.message.contains("needs \(kind.unit) from") == true)
      }
    }
    #expect(throws: DataError.self) { try Augmentation([.mixup(alpha: 0.01)]).validate() }
    #expect(throws: DataError.self) { try Augmentation([.elastic(1, spacing: 0)]).validate() }
    #expect(throws: DataError.self) { try Augmentation([.erase(1, size: .nan)]).validate() }
    var setup = TrainingConfiguration()
    setup.augmentation = [.blur(99)]
    #expect(throws: TrainingError.self) { try setup.validate() }
  }

  @Test func textGoesBothWays() throws {
    let text = "shift=2,rotate=10,elastic=1:5,noise=0.05,erase=0.2:0.5,mixup=0.4"
    let value = try Augmentation(parsing: text)
    #expect(value.description == text)
    #expect(
      value == [
        .rotate(10), .shift(2), .elastic(1, spacing: 5), .noise(0.05), .erase(0.2, size: 0.5),
        .mixup(alpha: 0.4),
      ])
    for kind in Augmentation.Kind.allCases {
      let one = Augmentation([.init(kind, kind.example)])
      #expect(try Augmentation(parsing: one.description) == one)
    }
    #expect(try Augmentation(parsing: "digits") == .digits)
    #expect(try Augmentation(parsing: "none") == .none)
    #expect(Augmentation.none.description == "none")
    #expect(try Augmentation(parsing: " rotate = 5 , digits")[.rotate] == 5)
    #expect(try Augmentation(parsing: "digits,rotate=5")[.rotate] == 5)
    #expect(try Augmentation(parsing: "elastic=1") == [.elastic(1)])
  }

  @Test(arguments: [
    ("rotat=10", "did you mean \"rotate\"?"), ("rotate", "needs degrees, as in rotate=20"),
    ("rotate=", "needs degrees"), ("rotate=ten", "needs degrees"), ("rotate=10:2", "needs degrees"),
    ("elastic=1:2:3", "or elastic=3:7"), ("shift=1,shift=2", "shift is there twice"),
    ("shift=200", "needs pixels from 0 to 64"), ("", "there is no \"\""),
    ("shift=1,", "there is no"),
    ("noise=nan", "needs a part"), ("digit", "did you mean \"digits\"?"),
  ])
  func wrongTextIsExplained(_ text: String, _ says: String) {
    let error = #expect(throws: DataError.self) { try Augmentation(parsing: text) }
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func filesKeepIt() throws {
    var setup = TrainingConfiguration()
    setup.augmentation = .digits + [.mixup(alpha: 0.2), .erase(0.1, size: 0.7)]
    let bytes = try JSONEncoder().encode(setup)
    #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: bytes) == setup)
    let text = try #require(String(bytes: bytes, encoding: .utf8))
    #expect(text.contains("\"augmentation\":\"shift=2,rotate=10,"))
    func decode(_ json: String) throws -> Augmentation {
      try JSONDecoder().decode([Augmentation].self, from: Data("[\(json)]".utf8))[0]
    }
    // As it was written before there was a text form.
    let earlier = """
      {"rotation":10,"shift":2,"zoom":0.1,"shear":0.1,"elastic":1,"elasticSpacing":7,"brightness":0,
      "contrast":0,"noise":0.05,"eraseProbability":0,"eraseSize":0}
      """
    #expect(try decode(earlier) == .digits + [.noise(0.05)])
    #expect(throws: DecodingError.self) { try decode("\"rotate=1000\"") }
    #expect(throws: DecodingError.self) { try decode("{\"rotation\":1000}") }
    #expect(throws: DecodingError.self) { try decode("7") }
  }

  @Test func flipsWarn() {
    #expect(Augmentation.digits.warnings.isEmpty)
    let flips: Augmentation = [.flipHorizontal(), .flipVertical(0.1), .rotate(90)]
    #expect(flips.warnings.count == 3)
    #expect(flips.warnings.allSatisfy { $0.contains("digit") })
  }
}

/// What a plan is made of, and what it computes.
@Suite struct AugmentedPlanTests {
  private func operations(_ model: Model, _ augmentation: Augmentation) throws -> [String] {
    try model.plan(.train(TrainingOptions(augmentation: augmentation)), batch: 16).operations
  }

  @Test func mixupTakesPartnersAndSoftTargets() throws {
    let model = try cornerNet()
    let mixed = try operations(model, [.mixup(alpha: 0.4)])
    for name in ["input gather", "input partner", "input mix", "output targets", "output mix"] {
      #expect(mixed.contains(name), "\(name) is not in \(mixed)")
    }
    #expect(!mixed.contains("input warp"))
    #expect(try operations(model, [.mixup(alpha: 0.4), .blur(1)]).contains("input warp"))
    #expect(try operations(model, .none) == operations(model, [.mixup(alpha: 0)]))
    #expect(try operations(model, [.shift(0)]).contains("input gather"))
  }

  @Test func mixupAndIgnoredLabelsAreRefused() throws {
    let model = try cornerNet(loss: .crossEntropy(ignoring: 3))
    let error = #expect(throws: GraphError.self) { try operations(model, [.mixup(alpha: 1)]) }
    #expect(error?.description.contains("mixup") == true)
  }

  @Test func nonsenseIsRefusedBeforeThePlanIs() throws {
    #expect(throws: DataError.self) { try operations(cornerNet(), [.thickness(100)]) }
  }

  /// Everything at once: the same bits with one thread and with two.
  @Test func threadsDoNotMatter() throws {
    var setup = configuration(batch: 16, epochs: 2)
    setup.augmentation = Augmentation(
      Augmentation.Kind.allCases.map { .init($0, $0.example / 4) })
    func run(_ threads: Int) throws -> [UInt32] {
      try Trainer(
        cornerNet(), setup, training: LabelledData(corners(64), indices: Array(0..<64)),
        threads: threads
      ).run().parameters.bits
    }
    #expect(try run(1) == run(2))
  }

  /// Mixed pictures still teach what unmixed ones ask.
  @Test func mixupTeaches() throws {
    var setup = configuration(.adam(rate: 1e-2), batch: 16, epochs: 12)
    setup.augmentation = [.mixup(alpha: 0.4), .shift(1), .noise(0.05)]
    let result = try Trainer(
      cornerNet(), setup, training: LabelledData(corners(160), indices: Array(0..<160)),
      validation: LabelledData(corners(60, seed: 3))
    ).run()
    #expect(try #require(result.best) > 0.95)
  }
}

/// What it looks like.
@Suite struct AugmentationPreviewTests {
  @Test func withoutAChangeThePictureStays() throws {
    let set = try corners(6)
    let bytes = try set.pixels.withUnsafeBytes {
      try Augmenting.pictures($0, [4, 2], Input(12, 12), .none, seed: 1, epoch: 0)
    }
    #expect(bytes == Array(set.image(4)) + Array(set.image(2)))
  }

  /// The kernel called by itself gives what the first operation of a plan gives: a network that only passes its pictures on
  /// would be trained to the loss that follows from them.
  @Test func pictureIsTheOneThatTrains() throws {
    let set = try corners(8)
    let augmentation: Augmentation = .digits + [.blur(1), .thickness(1), .invert(), .erase(0.5)]
    let model = try Model(Input(12, 12), loss: .meanSquaredError, name: "sum") {
      Flatten()
      Dense(units: 1)
    }
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 3)
    let plan = try model.plan(.train(TrainingOptions(augmentation: augmentation)), batch: 1)
    let runner = try Runner(plan, parameters: parameters, threads: 1)
    let name = try #require(parameters.table.first { $0.shape.count == 2 }?.name)
    let weights = try parameters.values(of: name)
    let bias = try parameters.values(of: try #require(parameters.table.last?.name))[0]
    var values = StepValues()
    values.seed = 9
    for epoch in 0..<3 {
      values.epoch = UInt32(epoch)
      let pictures = DataArray(bytes: Array(set.pixels), valuesPerItem: 144)
      let targets = DataArray(
        floats: Array(repeating: 0, count: 8), valuesPerItem: 1)
      let loss = try runner.run(
        ["input": pictures, "targets": targets], indices: [5], phases: [.prepare, .compute],
        values: values
      ).loss
      let bytes = try set.pixels.withUnsafeBytes {
        try Augmenting.pictures(
          $0, [5], Input(12, 12), augmentation, seed: 9, epoch: UInt32(epoch))
      }
      let sum = zip(bytes, weights).reduce(Float(bias)) { $0 + Float($1.0) / 255 * $1.1 }
      // Bytes are rounded, which the network's numbers are not.
      #expect(abs(abs(sum) - Float(loss).squareRoot()) < 0.01)
    }
  }

  @Test func everyKindChangesSomething() throws {
    let set = try corners(8)
    for kind in Augmentation.Kind.allCases {
      let sheet = try Augmentation([.init(kind, kind.example)]).preview(
        of: set, indices: [0, 1, 2], epochs: 8, scale: 1)
      let same = try Augmentation.none.preview(of: set, indices: [0, 1, 2], epochs: 8, scale: 1)
      #expect(sheet.width == same.width && sheet.height == same.height)
      #expect(sheet != same, "\(kind) changes nothing")
    }
  }

  @Test func wrongIndicesAreRefused() throws {
    let set = try corners(8)
    #expect(throws: DataError.self) { try Augmentation.digits.preview(of: set, indices: [8]) }
    #expect(throws: DataError.self) { try Augmentation.digits.preview(of: set, indices: []) }
    #expect(throws: DataError.self) { try Augmentation([.blur(9)]).preview(of: set, indices: [0]) }
  }

  /// The picture of docs/data.md is what the code draws; with DIGITKIT_WRITE_FIGURES it is drawn anew.
  @Test(.enabled(if: RealDataTests.folder != nil, "MNIST is not there"))
  func theFigureOfTheDocumentation() throws {
    let set = try MNIST.load(from: try #require(RealDataTests.folder)).training
    let sheet = try Augmentation.overview(of: set, index: 7, epochs: 6)
    let path = Golden.repository.appendingPathComponent("docs/augmentation.png").path
    if ProcessInfo.processInfo.environment["DIGITKIT_WRITE_FIGURES"] != nil {
      try sheet.writePNG(to: path)
    }
    #expect(try Picture(reading: path) == sheet)
  }
}
