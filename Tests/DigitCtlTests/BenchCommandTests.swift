import DigitKit
import Foundation
import Testing

@testable import digitctl

/// `bench` as a process.
@Suite struct BenchCommandTests {
  private let sandbox: Sandbox
  private let brief = [
    "softmax", "--seconds", "0.01", "--rounds", "2", "--threads", "2", "--batch", "20",
  ]

  init() throws { sandbox = try Sandbox() }

  private func bench(_ words: [String]) throws -> Sandbox.Ended {
    try sandbox.shell("digitctl bench " + words.joined(separator: " "))
  }

  @Test func saysHowFastANetworkIs() throws {
    let ended = try bench(brief + ["--augment", "digits"])
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("2 threads\n"))
    #expect(ended.out.contains(try Engine.chosenInstructionSet()))
    for part in [
      "softmax", "training, batch 20", "prediction, batch 256", "one picture, one thread", "µs",
      "2 rounds of 0.010 s", "training with shift=2",
    ] { #expect(ended.out.contains(part), "\(ended.out)") }
    #expect(ended.err == "6 measurements of 0.010 s each\n")
  }

  @Test func saysItToPrograms() throws {
    let ended = try bench(brief + ["--json", "--quiet"])
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.err.isEmpty)
    let report = try JSONDecoder().decode(SpeedReport.self, from: Data(ended.out.utf8))
    #expect(report.networks.map(\.name) == ["softmax"])
    #expect(report.networks[0].figures.map(\.batch) == [20, 256, 1])
    let csv = try bench(["tiny"] + brief + ["--csv", "--quiet"])
    #expect(csv.out.split(separator: "\r\n").count == 7, "\(csv.out)")
  }

  @Test func measuresWhatIsAskedForOnTheDataNamed() throws {
    let words = [
      "--data", "synth:60:2", "--only", "one", "--only", "training", "--optimizer", "momentum",
      "--lr", "0.1",
    ]
    let ended = try bench(brief + words + ["--json"])
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.err == "4 measurements of 0.010 s each\n")
    let report = try JSONDecoder().decode(SpeedReport.self, from: Data(ended.out.utf8))
    #expect(report.networks[0].figures.map(\.measure) == [.training, .onePicture])
    #expect(report.data.contains("synth"))
  }

  @Test func measuresATrainedModelAndAFileOfLayers() throws {
    let model = try Zoo.model("softmax", classes: 4)
    let parameters = Parameters(for: model)
    try ModelFile(model, parameters: parameters).write(to: sandbox.folder + "/m.safetensors")
    try sandbox.write(model.architecture(), "mine.json")
    let ended = try bench(["m.safetensors", "mine.json"] + brief.dropFirst())
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("mine.json"))
  }

  @Test func profilesAStep() throws {
    let ended = try bench(brief + ["--profile", "--out", "p.svg"])
    #expect(ended.status == 0, "\(ended.err)")
    for part in [
      "softmax, training, batch 20", "softmax, prediction, batch 256", "dense1 forward",
      "dense_gradient_update", "of peak", "waiting for the last thread",
    ] { #expect(ended.out.contains(part), "\(ended.out)") }
    #expect(try sandbox.text("p.svg").hasPrefix("<svg xmlns="))
    let again = try bench(["softmax", "--profile", "--out", "p.svg"])
    #expect(again.status == 1 && again.err.contains("--force"), "\(again.err)")
    let forced = try bench(brief + ["--profile", "--out", "p.svg", "--force", "--json", "--quiet"])
    #expect(forced.status == 0, "\(forced.err)")
    let report = try JSONDecoder().decode(ProfileReport.self, from: Data(forced.out.utf8))
    #expect(report.networks[0].profiles.map(\.task) == [.training, .prediction])
  }

  /// Passes alone: they need no other pictures.
  @Test func tellsHowSpeedGoesWithSizes() throws {
    let words = [
      "--rounds", "1", "--threads", "2", "--quiet", "--scaling", "data", "--largest", "300",
    ]
    let ended = try bench(words + ["--out", "scaling", "--json"])
    #expect(ended.status == 0, "\(ended.err)")
    let report = try JSONDecoder().decode(ScalingReport.self, from: Data(ended.out.utf8))
    #expect(report.points.compactMap(\.pictures) == [30, 300])
    #if os(Linux)
      #expect(report.points.compactMap(\.peakMemory).count == 2)
    #endif
    #expect(sandbox.names("scaling") == ["data.svg", "scaling.csv", "scaling.json"])
    #expect(try sandbox.text("scaling/scaling.json") == ended.out)
    let again = try bench(words + ["--out", "scaling"])
    #expect(again.status == 1 && again.err.contains("--force"), "\(again.err)")
    let text = try bench(words + ["--out", "scaling", "--force"])
    #expect(text.out.contains("the time of a pass grows"), "\(text.out)")
  }

  @Test func whatFailsInAProcessOfItsOwnIsALine() throws {
    try sandbox.write("", "nothing")
    let ended = try sandbox.shell(
      "TMPDIR=$PWD/nothing/ digitctl bench --scaling data --largest 20 --rounds 1 --quiet")
    #expect(ended.status == 1, "\(ended.err)")
    #expect(ended.err.hasPrefix("error: digitctl train in a process of its own: "), "\(ended.err)")
    #expect(ended.err.split(separator: "\n").count == 1, "\(ended.err)")
  }

  @Test func sharesOfTheTableAddUp() throws {
    let ended = try bench(brief + ["--profile", "--csv", "--quiet"])
    let rows = ended.out.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let place = try #require(rows.first?.firstIndex(of: "share"))
    for task in ["training", "prediction"] {
      let shares = rows.filter { $0[1] == task }.compactMap { Double($0[place]) }
      #expect(shares.count > 4 && abs(shares.reduce(0, +) - 1) < 1e-9, "\(ended.out)")
    }
  }

  @Test(arguments: [
    "softmax --batch 20", "softmax --batch 20 --profile", "--scaling data --largest 9M",
  ])
  func interruptionIsHeardWithinAMeasurement(_ words: String) throws {
    let ended = try sandbox.shell(
      "digitctl bench \(words) --seconds 600 2>said & "
        + "until test -s said; do sleep 0.05; done; sleep 0.3; kill -INT $!; wait $!")
    #expect(ended.status == 130)
    #expect(ended.out.isEmpty)
    #expect(try sandbox.text("said").hasSuffix("error: interrupted\n"))
  }

  @Test(arguments: [
    (["lenet6"], 2, "did you mean"), (["--json", "--csv"], 2, "exclude"),
    (["--batch", "0"], 2, "from 1"), (["--augment", "rotat=1"], 2, "rotate"),
    (["--out", "p.svg"], 2, "--profile"), (["--profile", "--out", "p.png"], 2, ".svg"),
    (["--profile", "--only", "one"], 2, "--only"),
    (["--scaling", "speed"], 2, "network"), (["--largest", "10"], 2, "--scaling data"),
    (["--scaling", "all", "--only", "one"], 2, "--only is not for --scaling"),
    (["--scaling", "all", "--profile"], 2, "--profile"), (["--largest", "0"], 2, "--largest"),
    (["no.json"], 3, "no.json"), (["--data", "none.csv"], 3, "none.csv"),
    (["--data", "synth:20", "--batch", "32", "--quiet"], 3, "fewer than a batch"),
    (["--only", "learning"], 2, "prediction"), (["--momentum", "0.9"], 2, "adam"),
    (["--seconds", "0"], 2, "--seconds"),
  ])
  func mistakesAreALine(_ words: [String], _ code: Int32, _ part: String) throws {
    let ended = try bench(words)
    #expect(ended.status == code, "\(ended.err)")
    #expect(ended.out.isEmpty)
    #expect(ended.err.contains(part), "\(ended.err)")
    #expect(ended.err.split(separator: "\n").count == 1)
  }
}
