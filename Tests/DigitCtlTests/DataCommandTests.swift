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
}
