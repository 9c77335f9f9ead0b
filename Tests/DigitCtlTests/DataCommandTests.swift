import DigitKit
import Foundation
import Testing

@testable import digitctl

/// The data commands as processes, on small sets made here.
@Suite struct DataCommandTests {
  private let sandbox: Sandbox
  init() throws { sandbox = try Sandbox() }

  private func expectDone(
    _ ended: Sandbox.Ended, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(ended.status == 0, "\(ended.err)", sourceLocation: location)
    #expect(ended.err.isEmpty, "\(ended.err)", sourceLocation: location)
  }

  /// One line, with this exit code and these words.
  private func expectError(
    _ ended: Sandbox.Ended, _ status: Int32, _ words: String...,
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(ended.status == status, sourceLocation: location)
    #expect(ended.out.isEmpty, sourceLocation: location)
    #expect(ended.err.hasPrefix("error: "), "\(ended.err)", sourceLocation: location)
    #expect(ended.err.split(separator: "\n").count == 1, "\(ended.err)", sourceLocation: location)
    for word in words {
      #expect(ended.err.contains(word), "\(ended.err)", sourceLocation: location)
    }
  }

  // MARK: convert

  @Test func convertsToPlainAndPackedIDXAndBack() throws {
    try sandbox.writeSet("small", count: 25)
    try sandbox.writeSet("small", count: 5, part: "t10k")
    let packed = try sandbox.digitctl("data", "convert", "small", "packed", "--json")
    expectDone(packed)
    #expect(packed.out.split(separator: "\n").count == 2)
    #expect(packed.out.contains(#""part": "train", "count": 25, "height": 4, "width": 3"#))
    #expect(
      sandbox.names("packed") == [
        "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
      ])
    expectDone(try sandbox.digitctl("data", "convert", "packed", "plain", "--plain"))
    #expect(sandbox.names("plain") == sandbox.names("small"))
    for name in sandbox.names("small") {
      #expect(try sandbox.bytes("plain/\(name)") == sandbox.bytes("small/\(name)"))
    }
  }

  @Test func convertsToPictures() throws {
    try sandbox.writeSet("small", count: 12)
    let ended = try sandbox.digitctl("data", "convert", "small", "pngs", "--form", "png")
    expectDone(ended)
    #expect(sandbox.names("pngs") == (0...9).map(String.init))
    #expect(sandbox.names("pngs/1") == ["00001.png", "00011.png"])
    #expect(try sandbox.bytes("pngs/1/00001.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test func theSameSetGivesTheSameFiles() throws {
    try sandbox.writeSet("small", count: 12)
    for name in ["a", "b"] {
      expectDone(try sandbox.digitctl("data", "convert", "small", name))
      expectDone(try sandbox.digitctl("data", "convert", "small", "\(name).npz"))
    }
    for name in sandbox.names("a") {
      #expect(try sandbox.bytes("a/\(name)") == sandbox.bytes("b/\(name)"))
    }
    #expect(try sandbox.bytes("a.npz") == sandbox.bytes("b.npz"))
  }

  @Test func nothingIsOverwrittenUnasked() throws {
    try sandbox.writeSet("small", count: 12)
    let outputs = [
      (["data", "convert", "small", "out"], "out/train-labels-idx1-ubyte.gz"),
      (["data", "convert", "small", "out.npz"], "out.npz"),
      (["data", "convert", "small", "pngs", "--form", "png"], "pngs/0/00000.png"),
      (["data", "sheet", "small", "-o", "sheet.png"], "sheet.png"),
    ]
    for (command, file) in outputs {
      let line = (["digitctl"] + command).joined(separator: " ")
      expectDone(try sandbox.shell(line))
      try sandbox.write("mine", file)
      expectError(try sandbox.shell(line), 1, "--force")
      #expect(try sandbox.text(file) == "mine")
      expectDone(try sandbox.shell(line + " --force"))
      #expect(try sandbox.bytes(file) != Array("mine".utf8))
    }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    try sandbox.writeSet("small", count: 12)
    // A file where a folder should be stops root too, under whom tests may run.
    try sandbox.write("a file", "blocked")
    for line in [
      "data convert small blocked/out", "data convert small blocked/out.npz",
      "data convert small blocked/out --form png", "data sheet small -o blocked/sheet.png",
    ] {
      expectError(try sandbox.shell("digitctl " + line), 1, "blocked")
    }
    #expect(sandbox.names() == ["blocked", "small"])
    if getuid() != 0 {
      try sandbox.write("", "locked/x")
      _ = try sandbox.shell("chmod 500 locked")
      expectError(try sandbox.shell("digitctl data convert small locked/out"), 1, "locked")
      _ = try sandbox.shell("chmod 700 locked")
    }
  }

  // MARK: Bad input

  @Test func badInput() throws {
    try sandbox.write("no data at all", "text")
    try sandbox.write("", "empty")
    try sandbox.write([0, 0, 8, 3, 0, 0], "cut-images-idx3-ubyte")
    try sandbox.write([0, 0, 8, 1, 0, 0, 0, 1, 7], "cut-labels-idx1-ubyte")
    try sandbox.write("", "nothing/readme")
    for name in ["text", "empty", "cut-images-idx3-ubyte", "nothing", "nowhere"] {
      for command in ["convert \(name) out", "sheet \(name)"] {
        expectError(try sandbox.shell("digitctl data \(command)"), 3, name)
      }
    }
    #expect(!sandbox.names().contains("out"))
    #expect(!sandbox.names().contains("sheet.png"))
  }

  /// A set that is known by name but not there says how to get it.
  @Test func aSetThatIsNotThere() throws {
    let ended = try sandbox.digitctl("data", "sheet", "kmnist")
    expectError(ended, 3, "digitctl data get kmnist")
  }

  @Test func badLabelsAreLeftOutAndCounted() throws {
    try sandbox.writeSet("small", count: 20)
    var labels = try sandbox.bytes("small/train-labels-idx1-ubyte")
    labels[10] = 77
    try sandbox.write(labels, "small/train-labels-idx1-ubyte")
    expectError(try sandbox.digitctl("data", "convert", "small", "out"), 3, "77", "labels")
    let ended = try sandbox.digitctl("data", "convert", "small", "out", "--skip-bad", "--json")
    #expect(ended.status == 0)
    #expect(ended.out.contains(#""count": 19"#))
    #expect(ended.err.contains("warning: 1 could not be read"))
    #expect(ended.err.contains("77"))
    let quiet = try sandbox.digitctl("data", "convert", "small", "out2", "--skip-bad", "--quiet")
    #expect(quiet.err == "warning: 1 could not be read and were left out\n")
  }

  // MARK: sheet

  private func size(ofPNG name: String) throws -> [Int] {
    let bytes = try sandbox.bytes(name)
    return [16, 20].map { start in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
  }

  @Test func drawsSheets() throws {
    try sandbox.writeSet("small", count: 40)
    let ended = try sandbox.digitctl("data", "sheet", "small", "--count", "6", "--columns", "3")
    expectDone(ended)
    #expect(ended.out == "sheet.png  6 pictures\n")
    let three = try size(ofPNG: "sheet.png")
    expectDone(
      try sandbox.digitctl("data", "sheet", "small", "-n6", "--columns", "6", "-o", "six.png"))
    let six = try size(ofPNG: "six.png")
    #expect(six[0] > three[0] && six[1] < three[1])

    let sevens = try sandbox.digitctl("data", "sheet", "small", "--class", "7", "-o", "sevens.png")
    #expect(sevens.out == "sevens.png  4 pictures\n")
    for (seed, name) in [(1, "a"), (1, "b"), (2, "c")] {
      expectDone(
        try sandbox.digitctl(
          "data", "sheet", "small", "-n5", "--shuffle", "\(seed)", "-o", "\(name).png"))
    }
    #expect(try sandbox.bytes("a.png") == sandbox.bytes("b.png"))
    #expect(try sandbox.bytes("a.png") != sandbox.bytes("c.png"))
  }

  @Test func sheetsOfWhatIsNotThere() throws {
    try sandbox.writeSet("small", count: 12)
    expectError(try sandbox.digitctl("data", "sheet", "small", "--class", "x"), 2, "no class 'x'")
    expectError(
      try sandbox.digitctl("data", "sheet", "small", "--part", "test"), 3, "no part to be tested on"
    )
    expectError(try sandbox.digitctl("data", "sheet", "small", "--scale", "0"), 2, "from 1 to 32")
  }

  @Test func showsAugmentationAndPreparing() throws {
    expectDone(try sandbox.digitctl("data", "synth", "digits", "-n", "5"))
    let rows = try sandbox.digitctl(
      "data", "sheet", "digits", "--augment", "rotate=10,shift=1", "-n3", "-o", "changed.png")
    expectDone(rows)
    #expect(rows.out == "changed.png  3 pictures\n")
    // Ten columns: each picture as it is, and nine changes of it.
    #expect(try size(ofPNG: "changed.png")[0] > 10 * 28 * 2)
    expectError(
      try sandbox.digitctl("data", "sheet", "digits", "--augment", "rotat=10"), 2, "rotate")

    expectDone(try sandbox.digitctl("data", "convert", "digits", "pngs", "--form", "png"))
    let digit = try sandbox.shell("digitctl data sheet pngs/*/00000.png --prepare -o steps.png")
    expectDone(digit)
    #expect(digit.out.hasPrefix("steps.png  "))
    let set = try sandbox.digitctl("data", "sheet", "digits", "--prepare", "-o", "prepared.png")
    #expect(set.out == "prepared.png  5 pictures\n")
  }

  // MARK: describe

  @Test func describes() throws {
    try sandbox.writeSet("small", count: 25)
    try sandbox.writeSet("small", count: 5, part: "t10k")
    let text = try sandbox.digitctl("data", "describe", "small", "--means", "means.png")
    expectDone(text)
    #expect(text.out.contains("25 pictures of 4x3"))
    #expect(text.out.contains("5 pictures of 4x3"))
    #expect(sandbox.names().contains("means.png"))

    let json = try sandbox.digitctl("data", "describe", "small", "--json", "--part", "train")
    expectDone(json)
    let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
    let train = object?["train"] as? [String: Any]
    #expect(train?["count"] as? Int == 25)
    #expect(
      (train?["classes"] as? [[String: Any]])?.map { $0["count"] as? Int } == [
        3, 3, 3, 3, 3, 2, 2, 2, 2, 2,
      ])
    #expect(object?["t10k"] == nil)
  }

  // MARK: split

  /// The indices of a list.
  private func list(_ name: String) throws -> [Int] {
    try sandbox.text(name).split(separator: "\n").map { try #require(Int($0)) }
  }

  @Test func splitsIntoLists() throws {
    try sandbox.writeSet("small", count: 60)
    let ended = try sandbox.digitctl(
      "data", "split", "small", "lists", "--validation", "10", "--test", "10%")
    expectDone(ended)
    let parts = try ["train", "validation", "test"].map { try list("lists/\($0).txt") }
    #expect(parts.map(\.count) == [44, 10, 6])
    #expect(parts.flatMap { $0 }.sorted() == Array(0..<60))
    // One of each class among the ten.
    #expect(Set(parts[1].map { $0 % 10 }).count == 10)

    let again = try sandbox.digitctl(
      "data", "split", "small", "again", "--validation", "10", "--test", "6")
    expectDone(again)
    #expect(try list("again/validation.txt") == parts[1])
    let other = try sandbox.digitctl("data", "split", "small", "lists", "--seed", "2")
    expectError(other, 1, "--force")
    #expect(try list("lists/validation.txt") == parts[1])
  }

  @Test func splitsIntoFoldsSubsetsAndSets() throws {
    try sandbox.writeSet("small", count: 60)
    expectDone(try sandbox.digitctl("data", "split", "small", "folds", "--folds", "3"))
    let validated = try (1...3).flatMap { try list("folds/fold-\($0)/validation.txt") }
    #expect(validated.sorted() == Array(0..<60))

    expectDone(
      try sandbox.digitctl(
        "data", "split", "small", "few", "--per-class", "2", "--validation", "5", "--form", "idx"))
    for (name, count) in [("train", 15), ("validation", 5)] {
      let about = try sandbox.digitctl("data", "describe", "few/\(name)", "--json")
      #expect(about.out.contains("\"count\": \(count), \"height\": 4"), "\(about.out)\(about.err)")
    }
    expectError(
      try sandbox.digitctl("data", "split", "small", "x", "--validation", "60"), 3, "60")
    expectError(
      try sandbox.digitctl("data", "split", "small", "x", "--validation", "110%"), 2, "10%")
    expectError(
      try sandbox.digitctl("data", "split", "small", "x", "--per-class", "7"), 3, "only 6")
  }

  @Test func splitsByAConfigurationFile() throws {
    try sandbox.writeSet("small", count: 60)
    let printed = try sandbox.digitctl(
      "data", "split", "small", "x", "--validation", "12", "--seed", "3", "--print-config")
    expectDone(printed)
    #expect(!sandbox.names().contains("x"))
    try sandbox.write(printed.out, "split.json")
    expectDone(try sandbox.digitctl("data", "split", "small", "a", "--config", "split.json"))
    expectDone(
      try sandbox.digitctl("data", "split", "small", "b", "--validation", "12", "--seed", "3"))
    #expect(try list("a/validation.txt") == list("b/validation.txt"))
    #expect(try list("a/validation.txt").count == 12)
  }

  // MARK: synth

  @Test func drawsSets() throws {
    let ended = try sandbox.digitctl("data", "synth", "drawn", "-n", "20", "--test", "10", "--json")
    expectDone(ended)
    #expect(sandbox.names("drawn").count == 4)
    let images = "drawn/train-images-idx3-ubyte.gz"
    let first = try sandbox.bytes(images)
    expectError(try sandbox.digitctl("data", "synth", "drawn", "-n", "20"), 1, "--force")
    expectDone(try sandbox.digitctl("data", "synth", "drawn", "-n", "20", "--force"))
    #expect(try sandbox.bytes(images) == first)
    expectDone(try sandbox.digitctl("data", "synth", "other", "-n", "20", "--seed", "2"))
    #expect(try sandbox.bytes("other/train-images-idx3-ubyte.gz") != first)

    // The same digits under the name that stands for drawn ones.
    expectDone(try sandbox.digitctl("data", "convert", "synth:20:1", "named"))
    #expect(try sandbox.bytes("named/train-images-idx3-ubyte.gz") == first)
    expectError(try sandbox.digitctl("data", "convert", "synth:x", "y"), 2, "synth:COUNT")

    expectDone(try sandbox.digitctl("data", "synth", "sheet.png", "-n", "10", "--style", "printed"))
    #expect(try size(ofPNG: "sheet.png")[0] > 10 * 28)
  }

  @Test func drawsStrings() throws {
    let ended = try sandbox.digitctl(
      "data", "synth", "lines", "--strings", "-n", "4", "--length", "3-5")
    expectDone(ended)
    let labels = try sandbox.text("lines/labels.csv").split(separator: "\n").map(String.init)
    #expect(labels.count == 5 && labels[0] == "file,label")
    for line in labels.dropFirst() {
      let cells = line.split(separator: ",")
      #expect((3...5).contains(cells[1].count))
      #expect(sandbox.names("lines").contains(String(cells[0])))
    }
    let digits = labels.dropFirst().reduce(0) { $0 + $1.split(separator: ",")[1].count }
    #expect(try sandbox.text("lines/boxes.csv").split(separator: "\n").count == 1 + digits)
    expectError(
      try sandbox.digitctl("data", "synth", "lines", "--strings", "-n", "4"), 1, "--force")
  }

  // MARK: duplicates, suspects

  @Test func findsDuplicates() throws {
    try sandbox.writeSet("a", count: 12)
    try sandbox.writeSet("b", count: 3)
    // Picture 4 becomes picture 2; their labels differ.
    var images = try sandbox.bytes("a/train-images-idx3-ubyte")
    images[16 + 4 * 12] = 2
    try sandbox.write(images, "a/train-images-idx3-ubyte")
    let within = try sandbox.digitctl("data", "duplicates", "a")
    expectDone(within)
    #expect(
      within.out
        == "within train: 1 groups, 1 pictures too many, 1 groups with different labels\n  2 4  labels differ\n"
    )
    let between = try sandbox.digitctl("data", "duplicates", "a", "b", "--json")
    expectDone(between)
    let lines = between.out.split(separator: "\n")
    #expect(
      lines.contains {
        $0.contains(#""indices": [2, 4], "otherIndices": [2], "labelsDiffer": true"#)
      })
  }

  @Test func findsSuspectLabels() throws {
    try sandbox.writeSet("small", count: 12)
    // A network that knows one thing: whatever it sees is a 3.
    let model = try Model(Input(4, 3)) {
      Flatten()
      Dense(units: 10, name: "out")
    }
    let parameters = Parameters(for: model)
    try parameters.set("out.weight", to: [Float](repeating: 0, count: 120))
    try parameters.set("out.bias", to: (0..<10).map { $0 == 3 ? 20 : 0 })
    try ModelFile(model, parameters: parameters).write(to: sandbox.folder + "/three.safetensors")

    let ended = try sandbox.digitctl(
      "data", "suspects", "small", "--model", "three.safetensors", "--sheet", "doubtful.png",
      "--most", "4")
    expectDone(ended)
    let lines = ended.out.split(separator: "\n")
    #expect(lines.first == "train: 11 of 12 labels are contradicted")
    #expect(lines.count == 5)
    #expect(lines[1] == "  train 0: 0, but probably 3 (100.0 %)")
    #expect(sandbox.names().contains("doubtful.png"))

    let json = try sandbox.digitctl(
      "data", "suspects", "small", "-m", "three.safetensors", "--json")
    expectDone(json)
    #expect(json.out.split(separator: "\n").count == 11)
    expectError(try sandbox.digitctl("data", "suspects", "small", "-m", "nowhere"), 3, "nowhere")
    try sandbox.write("no model", "text")
    expectError(try sandbox.digitctl("data", "suspects", "small", "-m", "text"), 3, "text")
    // Larger pictures than the network reads.
    expectDone(try sandbox.digitctl("data", "synth", "drawn", "-n", "10"))
    expectError(
      try sandbox.digitctl("data", "suspects", "drawn", "-m", "three.safetensors"), 3, "28x28")
  }
}
