import DigitKit
import Foundation

/// How many digits a network trained on MNIST alone reads, from other sources and cameras, as they come and
/// prepared: the table of docs/data.md.
struct Preparing {
  /// The folder that holds mnist/, hwd1000/ and the others.
  var data: String
  var threads: Int
  /// Where to put sheets of what was misread; nil: nowhere.
  var sheets: String?
  private let predictor: Predictor
  private let preparation = DigitPreparation()

  private struct Example {
    var picture: Picture
    var label: Int32
  }

  init(data: String, model: ModelFile, threads: Int, sheets: String?) throws {
    self.data = data
    self.threads = threads
    self.sheets = sheets
    predictor = try Predictor(model.model, parameters: model.parameters, threads: threads)
  }

  func run(mnist: ImageSet) throws {
    print("| pictures | how many | as they come, % | prepared, % | no ink found |")
    print("| --- | --- | --- | --- | --- |")
    let drawings = try files("hwd1000")
    let (seen, kept) = (
      drawings.indices.filter { $0 % 2 == 0 }.map { drawings[$0] },
      drawings.indices.filter { $0 % 2 == 1 }.map { drawings[$0] }
    )
    try row("HwD-1000, the half that was looked at", seen)
    try row("HwD-1000, the half kept for this figure", kept)
    try row(
      "optdigits, 32x32",
      set("optdigits/optdigits32-train-original-32x32", "optdigits/optdigits32-train"))
    try row("USPS, 16x16", set("usps/usps-train-original-16x16", "usps/usps-train"))
    try row(
      "meter digits, photographs",
      files("meter_digits").filter { $0.label >= 0 })
    let digits = (0..<1000).map { $0 }
    try row(
      "MNIST's test set, the first 1,000, prepared again",
      digits.map { Example(picture: mnist.picture($0), label: mnist.labels[$0]) })
    for kind in Photographs.allCases {
      let examples = try digits.map {
        Example(
          picture: try kind.picture(mnist.image($0), number: $0), label: mnist.labels[$0])
      }
      try row("these, \(kind.summary)", examples, name: kind.rawValue)
    }
  }

  private func row(_ title: String, _ examples: [Example], name: String? = nil) throws {
    let labels = examples.map(\.label)
    let plain = try examples.map { try fitted($0.picture) }
    var prepared: [[UInt8]] = []
    var without = 0
    for example in examples {
      if let digit = try? preparation.prepare(example.picture) {
        prepared.append(digit.picture.bytes)
      } else {
        without += 1
        prepared.append([UInt8](repeating: 0, count: 784))
      }
    }
    let (before, _) = try accuracy(plain, labels)
    let (after, wrong) = try accuracy(prepared, labels)
    print(
      "| \(title) | \(examples.count) | \(rounded(100 * before, 2)) | "
        + "**\(rounded(100 * after, 2))** | \(without) |")
    try show(name ?? title, wrong, examples, prepared)
  }

  /// As a picture comes: grey, shrunk into 28x28, light on dark by its corners.
  private func fitted(_ picture: Picture) throws -> [UInt8] {
    let small = try picture.grey.resized(width: 28, height: 28)
    let corners = [0, 27, 27 * 28, 783].reduce(0) { $0 + Int(small.bytes[$1]) }
    return corners > 4 * 127 ? small.inverted.bytes : small.bytes
  }

  private func accuracy(
    _ pictures: [[UInt8]], _ labels: [Int32]
  ) throws -> (Double, [(Int, Int32)]) {
    let predictions = try Predictions(
      probabilities: predictor.predict(pictures.flatMap { $0 }), labels: labels, classes: 10)
    let wrong = labels.indices.filter { !predictions.isCorrect($0) }
    return (predictions.accuracy.value, wrong.map { ($0, predictions.predicted[$0]) })
  }

  private func show(
    _ name: String, _ wrong: [(Int, Int32)], _ examples: [Example], _ prepared: [[UInt8]]
  ) throws {
    guard let sheets, !wrong.isEmpty else { return }
    var (pictures, captions): ([Picture], [String]) = ([], [])
    for (place, said) in wrong.prefix(40) {
      let picture = examples[place].picture
      let longest = max(picture.width, picture.height)
      pictures.append(
        try picture.grey.resized(
          width: max(1, 84 * picture.width / longest), height: max(1, 84 * picture.height / longest)
        ))
      captions.append("\(examples[place].label), #\(place)")
      pictures.append(
        try Picture(width: 28, height: 28, bytes: prepared[place]).resized(width: 84, height: 84))
      captions.append("said \(said)")
    }
    try FileManager.default.createDirectory(
      atPath: sheets, withIntermediateDirectories: true)
    let file = name.filter { $0.isLetter || $0.isNumber }
    try ContactSheet(columns: 10, scale: 1).draw(pictures, captions: captions)
      .writePNG(to: "\(sheets)/\(file).png")
  }

  // MARK: Sources

  private func files(_ folder: String) throws -> [Example] {
    let place = "\(data)/\(folder)"
    let text = try String(contentsOfFile: place + "/labels.csv", encoding: .utf8)
    return try text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      let fields = line.split(separator: ",")
      return Example(
        picture: try Picture(reading: "\(place)/\(fields[0])"), label: Int32(fields[1]) ?? -1)
    }
  }

  private func set(_ images: String, _ labels: String) throws -> [Example] {
    let set = try ImageSet(
      images: "\(data)/\(images)-images-idx3-ubyte.gz",
      labels: "\(data)/\(labels)-labels-idx1-ubyte.gz")
    return (0..<set.count).map { Example(picture: set.picture($0), label: set.labels[$0]) }
  }
}
