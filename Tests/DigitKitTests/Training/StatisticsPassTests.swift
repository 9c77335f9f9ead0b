import Testing

@testable import DigitKit

struct StatisticsPassTests {
  /// A normalisation whose statistics are those of the pixels: before it they are only copied.
  private func network(frozen: Bool = false) throws -> ModelFile {
    var model = try Model(Input(12, 12), name: "pixels") {
      Conv2D(channels: 1, kernel: 1, bias: false, name: "copy")
      Dropout(rate: 0.5)
      BatchNorm(name: "norm")
      Flatten()
      Dense(units: 4)
    }
    if frozen { model = model.freezing { $0.hasPrefix("norm") } }
    let file = ModelFile(model, parameters: Parameters(for: model))
    try file.parameters.set("copy.weight", to: [1])
    return file
  }

  @Test func statisticsAreThoseOfPicturesAsTheyAre() throws {
    let file = try network()
    let pictures = try corners(100)
    let before = file.parameters.bits
    let ready = try file.withStatistics(of: LabelledData(pictures))

    let pixels = pictures.pixels.map { Double($0) / 255 }
    let mean = pixels.reduce(0, +) / Double(pixels.count)
    let variance =
      pixels.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(pixels.count - 1)
    let found = try (
      ready.parameters.values(of: "norm.running_mean")[0],
      ready.parameters.values(of: "norm.running_var")[0]
    )
    // Half of the pixels fallen out, the others doubled, the variance would be more than twice as large.
    #expect(abs(Double(found.0) - mean) < 1e-5)
    #expect(abs(Double(found.1) - variance) < 1e-5)
    #expect(file.parameters.bits == before)
    #expect(ready.model.hasDropout)
  }

  @Test func frozenStatisticsStay() throws {
    let file = try network(frozen: true)
    try file.parameters.set("norm.running_mean", to: [0.5])
    let ready = try file.withStatistics(of: LabelledData(corners(20)))
    #expect(ready.parameters.bits == file.parameters.bits)
  }

  @Test func dropoutIsFound() throws {
    #expect(try Zoo.model("lenet5-dropout").hasDropout)
    #expect(try !Zoo.model("lenet5").hasDropout)
    let still = try Zoo.model("digitnet").withoutDropout()
    #expect(!still.hasDropout)
    #expect(try still.parameters.map(\.name) == Zoo.model("digitnet").parameters.map(\.name))
  }
}
