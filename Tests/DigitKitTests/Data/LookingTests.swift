import Testing

@testable import DigitKit

/// A set of small pictures, each given by its pixels.
private func set(_ pictures: [[UInt8]], _ labels: [Int32], side: Int = 2) throws -> ImageSet {
  try ImageSet(pixels: pictures.flatMap { $0 }, labels: labels, height: side, width: side)
}

@Suite struct DataDescriptionTests {
  @Test func countsMeansAndSpread() throws {
    let set = try set([[0, 0, 255, 255], [10, 20, 30, 40], [20, 40, 50, 60]], [0, 2, 2])
    let description = try DataDescription(of: set, names: ["zero"])
    #expect(description.classes.map(\.count) == [1, 0, 2])
    #expect(description.classes.map(\.name) == ["zero", "1", "2"])
    #expect(description.meanPixels == [[0, 0, 255, 255], [0, 0, 0, 0], [15, 30, 40, 50]])
    #expect(description.classes[0].mean == 127.5 && description.classes[0].deviation == 127.5)
    let all: [Double] = [0, 0, 255, 255, 10, 20, 30, 40, 20, 40, 50, 60]
    let mean = all.reduce(0, +) / 12
    let spread = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12).squareRoot()
    #expect(isClose(description.statistics.mean[0] * 255, mean, 1e-12))
    #expect(isClose(description.statistics.deviation[0] * 255, spread, 1e-12))
    #expect(description.statistics.least == 0 && description.statistics.most == 255)
    try expectRoundTrip(description)
    let text = description.description
    #expect(text.hasPrefix("3 pictures of 2x2x1, 3 classes, pixels from 0 to 255\n"))
    #expect(text.contains("66.67 %") && text.split(separator: "\n").count == 6)
    #expect(try description.meanSheet().channels == 1)
    #expect(try DataDescription(of: set, indices: [1]).count == 1)
    #expect(throws: DataError.self) { try DataDescription(of: set, indices: [3]) }
    #expect(throws: DataError.self) { try DataDescription(of: set, indices: []) }
  }

  @Test func channelsHaveStatisticsOfTheirOwn() throws {
    let set = try ImageSet(
      pixels: [255, 0, 51, 255, 0, 102], labels: [0], height: 1, width: 2, channels: 3)
    let statistics = try set.statistics()
    #expect(statistics.mean == [1, 0, 0.3])
    #expect(statistics.deviation[0] == 0 && isClose(statistics.deviation[2], 0.1, 1e-9))
    let input = Input(1, 2, channels: 3).standardised(by: statistics)
    // (x / 255 - mean) / deviation; a channel of one value is only moved.
    #expect(isClose(Double(input.scale[2]) * 51 + Double(input.shift[2]), -1, 1e-5))
    #expect(isClose(Double(input.scale[0]) * 255 + Double(input.shift[0]), 0, 1e-6))
  }

  /// What the training pictures were standardised by is what a reader of the model's file uses.
  @Test func statisticsTravelWithTheModel() throws {
    let statistics = try corners(50).statistics()
    let model = try Model(
      Input(12, 12).standardised(by: statistics), loss: .crossEntropy(), name: "standardised"
    ) {
      Flatten()
      Dense(units: 4)
    }
    let parameters = Parameters(for: model)
    parameters.initialise(seed: 1)
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.safetensors"
    try ModelFile(model, parameters: parameters).write(to: path)
    let read = try ModelFile(path: path)
    #expect(read.model.inputs == model.inputs)
    #expect(read.model.inputs[0].shift == [Float(-statistics.mean[0] / statistics.deviation[0])])
    let picture = Array(try corners(50).image(7))
    #expect(
      try Predictor(read.model, parameters: read.parameters).predict(picture)
        == Predictor(model, parameters: parameters).predict(picture))
  }

  @Test func oneHotRows() throws {
    let set = try set([[0, 0, 0, 0], [1, 1, 1, 1]], [2, 0])
    #expect(set.oneHot == [0, 0, 1, 1, 0, 0])
  }
}

@Suite struct DuplicatesTests {
  @Test func exactOnesWithinASet() throws {
    let (a, b, c): ([UInt8], [UInt8], [UInt8]) = ([1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 5])
    let found = Duplicates.exact(in: try set([a, b, a, c, b, a], [0, 1, 0, 0, 0, 0]))
    #expect(
      found.groups == [
        .init(first: [0, 2, 5], second: [], labelsDiffer: false),
        .init(first: [1, 4], second: [], labelsDiffer: true),
      ])
    #expect(found.surplus == 3)
    try expectRoundTrip(found)
  }

  @Test func exactOnesBetweenSets() throws {
    let one = try set([[1, 2, 3, 4], [5, 6, 7, 8], [5, 6, 7, 8]], [0, 1, 1])
    let other = try set([[9, 9, 9, 9], [5, 6, 7, 8]], [0, 0])
    let found = Duplicates.exact(between: one, and: other)
    #expect(found.groups == [.init(first: [1, 2], second: [1], labelsDiffer: true)])
    #expect(found.surplus == 1)
    let wide = try ImageSet(pixels: [1, 2, 3, 4], labels: [0], height: 1, width: 4)
    #expect(Duplicates.exact(between: one, and: wide).groups.isEmpty)
  }

  /// Copies with a little noise are found, other digits are not.
  @Test func nearOnes() throws {
    var random = RandomStream(Philox(seed: 5, stream: Philox.stream(.test)))
    var pictures: [[UInt8]] = (0..<60).map { _ in
      var picture = [UInt8](repeating: 0, count: 256)
      for _ in 0..<4 {
        let (x, y) = (Int(random.below(11)), Int(random.below(11)))
        for dy in 0..<5 { for dx in 0..<5 { picture[(y + dy) * 16 + x + dx] = 200 } }
      }
      return picture
    }
    for copy in 0..<10 {
      pictures.append(
        pictures[copy * 3].map { $0 > 0 ? $0 - UInt8(random.below(20)) : 0 })
    }
    let labels = [Int32](repeating: 0, count: 70)
    let found = try Duplicates.near(in: set(pictures, labels, side: 16))
    #expect(found.groups.map(\.first) == (0..<10).map { [$0 * 3, 60 + $0] })
    let first = try set(Array(pictures[..<60]), Array(labels[..<60]), side: 16)
    let second = try set(Array(pictures[60...]), Array(labels[60...]), side: 16)
    let between = try Duplicates.near(in: first, and: second)
    #expect(between.groups.map(\.second) == (0..<10).map { [$0] })
    #expect(throws: DataError.self) {
      try Duplicates.near(in: first, and: set([[0, 0, 0, 0]], [0]))
    }
  }

  @Test func mnistSharesNothingBetweenItsParts() throws {
    guard let folder = MNIST.folder(base: Golden.repository.path) else { return }
    let sets = try MNIST.load(from: folder)
    #expect(Duplicates.exact(between: sets.training, and: sets.test).groups.isEmpty)
    #expect(Duplicates.exact(in: sets.test).groups.isEmpty)
  }
}

@Suite struct LabelDoubtsTests {
  private let predictions = try? Predictions(
    probabilities: [0.9, 0.1, 0.0, 0.05, 0.95, 0.0, 0.4, 0.3, 0.3, 0.0, 0.99, 0.01],
    labels: [0, 0, 1, 2], classes: 3)

  @Test func theMostConfidentComesFirst() throws {
    let predictions = try #require(predictions)
    let found = try LabelDoubts(predictions, indices: [7, 3, 5, 1])
    #expect(found.doubts.map(\.index) == [1, 3])
    #expect(found.doubts[0].label == 2 && found.doubts[0].predicted == 1)
    #expect(isClose(found.doubts[1].labelProbability, 0.05, 1e-6))
    #expect(try LabelDoubts(predictions, confidence: 0.3).doubts.map(\.index) == [3, 1, 2])
    #expect(throws: DataError.self) { try LabelDoubts(predictions, indices: [1]) }
  }

  /// Labels that were exchanged on purpose come before all others.
  @Test func exchangedLabelsAreFound() throws {
    let set = try corners(200)
    let result = try Trainer(
      cornerNet(), configuration(.adam(rate: 0.01), epochs: 4), training: set
    ).run()
    var labels = set.labels
    for index in [3, 50, 121] { labels[index] = (labels[index] + 1) % 4 }
    let wrong = try ImageSet(
      pixels: set.pixels, labels: labels, height: 12, width: 12, classes: 4)
    let predictor = try Predictor(cornerNet(), parameters: result.parameters)
    let found = try LabelDoubts(predictor, of: LabelledData(wrong))
    #expect(Set(found.doubts.prefix(3).map(\.index)) == [3, 50, 121])
    #expect(try found.sheet(of: wrong).width > 0)
  }
}
