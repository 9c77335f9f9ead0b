import DigitKit
import Foundation
import Testing

@testable import digitctl

/// `predict` as a process: a network that was trained for a moment on drawn digits, and pictures made here.
@Suite struct PredictCommandTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    let set = try Synth(seed: 1).images(count: 6_000)
    var configuration = TrainingConfiguration()
    configuration.budget = Budget(epochs: 4)
    let trainer = try Trainer(try Zoo.model("lenet5"), configuration, training: set)
    let result = try trainer.run()
    try ModelFile(trainer.model, parameters: result.parameters)
      .write(to: sandbox.folder + "/model.safetensors")
    try FileManager.default.createDirectory(
      atPath: sandbox.folder + "/pictures/more", withIntermediateDirectories: true)
    // As on paper: dark on light.
    let unseen = try Synth(seed: 9)
    for number in 0..<10 {
      var picture = try unseen.picture(number, digit: number)
      picture.bytes = picture.bytes.map { 255 - $0 }
      let folder = number < 8 ? "pictures" : "pictures/more"
      try picture.writePNG(to: "\(sandbox.folder)/\(folder)/\(number).png")
    }
  }

  private func predict(_ words: String) throws -> Sandbox.Ended {
    try sandbox.shell("digitctl predict --model model.safetensors \(words)")
  }

  @Test func readsAFolder() throws {
    let ended = try predict("pictures --threshold 0")
    #expect(ended.status == 0, "\(ended.err)")
    let lines = ended.out.split(separator: "\n")
    #expect(lines.count == 10)
    let right = lines.filter { line in
      let parts = line.split(separator: " ")
      return parts.count > 1 && parts[0].hasSuffix("/\(parts[1]).png:")
    }
    // Ten digits of a moment's training: far from luck is enough.
    #expect(right.count >= 6, "\(ended.out)")
    #expect(ended.err.contains("10 pictures read, 0 unsure"))
  }

  @Test func withoutAModelTheShippedOneReads() throws {
    let ended = try sandbox.digitctl("predict", "pictures/3.png", "--threshold", "0")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.hasPrefix("pictures/3.png: 3 "), "\(ended.out)")
  }

  #if os(Linux)
    /// Each would take longer to start than the picture to read. Both libraries say so when they are asked.
    @Test func onePNGNeedsNeitherOpenMPNorLeptonica() throws {
      let ended = try sandbox.digitctl(
        "predict", "pictures/3.png", environment: ["OMP_DISPLAY_ENV": "TRUE", "LD_DEBUG": "files"])
      #expect(ended.status == 0)
      #expect(ended.err.contains("libswiftCore.so"))
      #expect(!ended.err.contains("liblept") && !ended.err.contains("OPENMP DISPLAY"))
    }
  #endif

  @Test func saysItAsJSON() throws {
    let ended = try predict("pictures/3.png --json --top 2")
    let answer = try JSONSerialization.jsonObject(with: Data(ended.out.utf8)) as? [String: Any]
    #expect(answer?["image"] as? String == "pictures/3.png")
    #expect((answer?["candidates"] as? [Any])?.count == 2)
    #expect(ended.err.isEmpty)
  }

  @Test func unsureIsSaidAndStrictHasItsExitCode() throws {
    let ended = try predict("pictures/3.png --threshold 1 --strict")
    #expect(ended.status == 4)
    #expect(ended.out.contains("unsure, perhaps"))
    try Picture(width: 40, height: 40, grey: 255).writePNG(to: sandbox.folder + "/empty.png")
    let empty = try predict("empty.png")
    #expect(empty.status == 0)
    #expect(empty.out.contains("unsure, no ink found"))
  }

  @Test func showsWhatItSaw() throws {
    let ended = try predict("pictures/8.png pictures/3.png --show --save-seen .")
    #expect(ended.status == 3, "pictures/8.png lies elsewhere")
    let shown = try predict("pictures/3.png --show --save-seen seen/new")
    #expect(shown.out.split(separator: "\n", omittingEmptySubsequences: false).count == 16)
    let seen = try Picture(reading: sandbox.folder + "/seen/new/3.png")
    #expect(seen.width == 28 && seen.height == 28)
    try sandbox.write("a file", "taken")
    let taken = try predict("pictures/3.png --save-seen taken")
    #expect(taken.status == 1 && taken.err.contains("error: taken: "), "\(taken.err)")
  }

  /// A photo is not lost to what was seen of it, nor a picture to another of its name.
  @Test func whatWasSeenWritesOverNothing() throws {
    let photo = try sandbox.bytes("pictures/3.png")
    let over = try predict("pictures/3.png --save-seen pictures")
    #expect(over.status == 1 && over.err.contains("error: pictures/3.png: "), "\(over.err)")
    #expect(try sandbox.bytes("pictures/3.png") == photo)
    try sandbox.write(photo, "pictures/more/3.png")
    #expect(try predict("pictures --save-seen seen").status == 0)
    #expect(sandbox.names("seen/more") == ["3.png", "8.png", "9.png"])
    #expect(try predict("pictures --save-seen seen").status == 0, "the same pictures again")
    #expect(try predict("pictures/2.png pictures/more/3.png --save-seen seen").status == 0)
    try sandbox.write(photo, "other/2.png")
    #expect(try predict("other --save-seen seen").status == 1)
    #expect(try predict("other --save-seen seen --force").status == 0)
  }

  @Test func readsStandardInput() throws {
    let ended = try sandbox.shell(
      "digitctl predict - --model model.safetensors --json < pictures/3.png")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("\"image\": \"-\""))
  }

  @Test func shardsShareTheWork() throws {
    var names: [String] = []
    for shard in 1...3 {
      let ended = try predict("pictures --json --quiet --shard \(shard)/3")
      names += ended.out.split(separator: "\n").map { String($0.prefix(40)) }
    }
    #expect(names.count == 10 && Set(names).count == 10)
  }

  /// What is in the file is not read again, and half a line of a killed process is.
  @Test func goesOnWhereItWas() throws {
    #expect(try predict("pictures/1.png pictures/2.png --out read.jsonl").status == 0)
    try sandbox.write(try sandbox.text("read.jsonl") + "{\"image\": \"pict", "read.jsonl")
    let ended = try predict("pictures --out read.jsonl")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.err.contains("8 pictures read"))
    let lines = try sandbox.text("read.jsonl").split(separator: "\n")
    #expect(Set(lines.map { $0.prefix(30) }).count == 10 && lines.count == 10)
    try sandbox.write("no answers\n", "other.jsonl")
    let other = try predict("pictures --out other.jsonl")
    #expect(other.status == 3)
    #expect(try sandbox.text("other.jsonl") == "no answers\n")
  }

  @Test(arguments: [
    ("", 2, "no picture was named"), ("nowhere.png", 3, "nowhere.png"),
    ("pictures --shard 4/3", 2, "--shard"), ("model.safetensors", 3, "model.safetensors"),
  ])
  func mistakesAreALine(_ words: String, _ code: Int32, _ part: String) throws {
    let ended = try predict(words)
    #expect(ended.status == code, "\(ended.err)")
    #expect(ended.out.isEmpty)
    #expect(ended.err.contains(part), "\(ended.err)")
    #expect(ended.err.split(separator: "\n").count == 1)
  }

  @Test func badPicturesAreSkippedAndCountedWhereAskedFor() throws {
    try sandbox.write("no picture", "pictures/bad.png")
    #expect(try predict("pictures").status == 3)
    let ended = try predict("pictures --skip-bad --quiet --json")
    #expect(ended.status == 0)
    #expect(ended.out.split(separator: "\n").count == 10)
    #expect(ended.err.contains("bad.png"))
  }
}
