import DigitKit
import Foundation
import Testing

@testable import digitctl

/// `train`, `test`, `compare` and `model` as processes, on small sets made here.
@Suite struct TrainCommandTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writeSet("small", count: 200)
    try sandbox.writeSet("small", count: 60, part: "t10k")
  }

  private func train(_ more: String...) throws -> Sandbox.Ended {
    let words = ["train", "--data", "small", "--model", "softmax", "--batch", "20"] + more
    return try sandbox.shell("digitctl " + words.joined(separator: " "))
  }

  @Test func aRunLeavesItsFolder() throws {
    let ended = try train("--epochs 3")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("softmax: all done after 3 epochs"))
    #expect(ended.out.contains("digitctl test runs/softmax-1"))
    #expect(ended.err.contains("180 pictures of small, 20 set aside"))
    #expect(ended.err.contains("epoch 3/3"))
    let names = sandbox.names("runs/softmax-1")
    for name in [
      "best.safetensors", "config.json", "last.safetensors", "last.state.safetensors",
      "metrics.jsonl", "report.html",
    ] { #expect(names.contains(name), "\(names)") }
    #expect(try train("--epochs 1 --quiet").err.isEmpty)
    #expect(sandbox.names("runs") == ["softmax-1", "softmax-2"])
  }

  @Test func aTestSaysHowGoodItIsAndWritesAPage() throws {
    #expect(try train("--epochs 2 --out run").status == 0)
    let ended = try sandbox.digitctl("test", "run", "--data", "small")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("accuracy"))
    #expect(ended.out.hasSuffix("report  run/test.html\n"))
    #expect(try sandbox.text("run/test.html").contains("digitctl test run --data small"))
    let json = try sandbox.digitctl("test", "run", "--data", "small", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
    #expect(report?["count"] as? Int == 60)
    let csv = try sandbox.digitctl("test", "run", "--data", "small", "--csv", "--tta")
    #expect(csv.out.hasPrefix("class,precision,recall,f1,support,auc\r\n0,"))
    let all = try sandbox.digitctl("test", "run", "--data", "small", "--part", "all", "--json")
    #expect(
      all.out.contains("\"count\" : 260") || all.out.contains("\"count\": 260"),
      "\(all.out.prefix(2000))")
  }

  /// The same weights, whether a run is stopped and goes on, or not.
  @Test func resumesToTheSameBits() throws {
    #expect(try train("--epochs 4 --out whole --schedule constant").status == 0)
    #expect(try train("--epochs 2 --out parts --schedule constant").status == 0)
    let ended = try sandbox.digitctl("train", "--resume", "parts", "--epochs", "4")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("after 4 epochs"))
    #expect(try sandbox.bytes("whole/last.safetensors") == sandbox.bytes("parts/last.safetensors"))
    // What a resumed run was asked for is a recipe as any other: by it a new run begins.
    let again = try sandbox.digitctl("train", "--config", "parts/config.json", "--out", "again")
    #expect(again.status == 0, "\(again.err)")
    #expect(try sandbox.bytes("whole/last.safetensors") == sandbox.bytes("again/last.safetensors"))
  }

  @Test func aFolderThatIsThereIsKept() throws {
    #expect(try train("--epochs 1 --out run").status == 0)
    let before = try sandbox.bytes("run/last.safetensors")
    let again = try train("--epochs 1 --out run --seed 5")
    #expect(again.status == 1)
    #expect(again.err.contains("--resume run"))
    #expect(try sandbox.bytes("run/last.safetensors") == before)
    #expect(try train("--epochs 1 --out run --seed 5 --force").status == 0)
    #expect(try sandbox.bytes("run/last.safetensors") != before)
    // That it was once said does not hold for whoever trains by its configuration.
    #expect(try sandbox.digitctl("train", "--config", "run/config.json").err.contains("--force"))
  }

  @Test func interruptionIsSavedAndSaysHowToGoOn() throws {
    let ended = try sandbox.shell(
      "digitctl train --data small --model softmax --epochs 1000000 --out run & "
        + "for i in $(seq 100); do test -e run/config.json && break; sleep 0.1; done; "
        + "kill -INT $!; wait $!; echo $?")
    #expect(ended.out == "130\n")
    #expect(ended.err.contains("digitctl train --resume run"))
    let on = try sandbox.digitctl("train", "--resume", "run", "--time-limit", "0.001")
    #expect(on.status == 0, "\(on.err)")
    #expect(on.out.contains("the time was over"))
  }

  @Test func goesOnFromATrainedModelWithFrozenLayers() throws {
    #expect(try train("--model mlp --epochs 1 --out first").status == 0)
    let ended = try train("--init first --freeze 'dense1.*' --epochs 1 --out second")
    #expect(ended.status == 0, "\(ended.err)")
    let wrong = try train("--init first --freeze 'conv*' --epochs 1 --out third")
    #expect(wrong.status == 1)
    #expect(wrong.err.contains("matches \"conv*\""))
    #expect(sandbox.names("third").isEmpty)
  }

  private func loss(of run: String) throws -> Loss? {
    try ModelFile(path: "\(sandbox.folder)/\(run)/last.safetensors").model.heads[0].loss
  }

  /// By name, from a file of layers, or gone on with: the flag means the same.
  @Test func labelSmoothingActsEverywhere() throws {
    let layers = try sandbox.digitctl("model", "summary", "softmax", "--json").out
    try sandbox.write(layers, "mine.json")
    #expect(try train("--epochs 2 --out named --label-smoothing 0.1").status == 0)
    #expect(try train("--epochs 2 --out filed --label-smoothing 0.1 --model mine.json").status == 0)
    #expect(
      try sandbox.bytes("named/last.safetensors") == sandbox.bytes("filed/last.safetensors"))
    #expect(try train("--epochs 1 --out plain").status == 0)
    #expect(try train("--epochs 1 --out on --init plain --label-smoothing 0.2").status == 0)
    #expect(try loss(of: "on") == .crossEntropy(smoothing: 0.2))
    #expect(try train("--epochs 1 --out further --init on").status == 0)
    #expect(try loss(of: "further") == .crossEntropy(smoothing: 0.2))
    try sandbox.write(
      layers.replacing("cross_entropy", with: "mean_absolute_error"), "distances.json")
    let distances = try train("--model distances.json --label-smoothing 0.1")
    #expect(distances.status == 1)
    #expect(distances.err.contains("has no head with classes"), "\(distances.err)")
  }

  @Test func classesCountAsMuchAsTheyAreToldTo() throws {
    let weights = (1...10).map(String.init)
    #expect(
      try train("--epochs 1 --out list --class-weights \(weights.joined(separator: ","))").status
        == 0)
    #expect(try loss(of: "list") == .crossEntropy(classWeights: (1...10).map { Float($0) }))
    try sandbox.write(weights.joined(separator: "\n") + "\n", "weights.txt")
    #expect(try train("--epochs 1 --out file --class-weights weights.txt").status == 0)
    #expect(try sandbox.bytes("list/last.safetensors") == sandbox.bytes("file/last.safetensors"))
    let on = try train("--epochs 1 --out on --init list --class-weights balanced")
    #expect(on.status == 0, "\(on.err)")
    #expect(
      try loss(of: "on") == .crossEntropy(classWeights: [Float](repeating: 1, count: 10)))
    #expect(try sandbox.digitctl("train", "--resume", "on", "--epochs", "2").status == 0)
    #expect(try train("--class-weights 1,2,3").err.contains("3 class weights for 10 classes"))
    try sandbox.write("1 2 three", "bad.txt")
    let bad = try train("--class-weights bad.txt")
    #expect(bad.status == 3 && bad.err.contains("error: bad.txt: "), "\(bad.err)")
  }

  @Test func classesThatAreMadeEvenTwiceAreTold() throws {
    let twice = try train("--epochs 1 --out twice --sampling balanced --class-weights balanced")
    #expect(twice.status == 0 && twice.err.contains("even out the classes twice"), "\(twice.err)")
    for flags in ["--sampling balanced", "--class-weights balanced"] {
      let once = try train("--epochs 1 --out once --force \(flags)")
      #expect(once.status == 0 && !once.err.contains("twice"), "\(once.err)")
    }
  }

  @Test func anL1PenaltyMakesWeightsSmaller() throws {
    #expect(try train("--epochs 3 --out plain").status == 0)
    let ended = try train("--epochs 3 --out sparse --l1 0.1")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.err.contains("--l1 makes each update a step of its own"))
    let sizes = try ["plain", "sparse"].map { run in
      let file = try ModelFile(path: "\(sandbox.folder)/\(run)/last.safetensors")
      return try file.parameters.values(of: "dense1.weight").reduce(0) { $0 + abs($1) }
    }
    #expect(sizes[1] < sizes[0] * 0.9, "\(sizes)")
  }

  @Test func aModelIsCalibratedAndSaysWhereItComesFrom() throws {
    let ended = try train(
      "--epochs 2 --out run --calibrate --origin 'small squares' --licence CC0 --also small")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("calibrated: temperature "))
    #expect(ended.err.contains("380 pictures of small, 20 set aside"))
    let summary = try sandbox.digitctl("model", "summary", "run").out
    for part in ["small squares", "CC0", "180 of 200 pictures, and 200 of small", "temperature"] {
      #expect(summary.contains(part), "\(summary)")
    }
    // An interrupted run goes on with what training left, not with what was corrected.
    #expect(
      try sandbox.bytes("run/calibrated.safetensors") != sandbox.bytes("run/best.safetensors"))
    #expect(try train("--epochs 1 --out run --force").status == 0)
    #expect(!sandbox.names("run").contains("calibrated.safetensors"))
  }

  @Test func aModelThatShipsIsTestedAndTrainedOn() throws {
    let ended = try sandbox.digitctl("test", "tiny", "--data", "synth:200:5", "--json")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("\"count\""))
    #expect(sandbox.names().contains { $0.hasSuffix(".html") } == false)
    let prepared = try sandbox.digitctl(
      "test", "--data", "synth:50:5", "--prepare", "--report", "page.html")
    #expect(prepared.status == 0, "\(prepared.err)")
    #expect(try sandbox.text("page.html").contains("found and centred first"))
    let on = try sandbox.shell(
      "digitctl train --data synth:200:5 --init tiny --epochs 1 --out mine")
    #expect(on.status == 0, "\(on.err)")
    #expect(try sandbox.digitctl("model", "export", "lenet5", "lenet5.ckm").status == 0)
  }

  private func trainOnDrawn(_ more: String) throws -> Sandbox.Ended {
    try sandbox.shell("digitctl train --model softmax --batch 20 --schedule constant " + more)
  }

  /// Drawn as they are needed or all at once, in one go or after a resume: the same model.
  @Test func drawnDigitsNeedNotBeHeld() throws {
    let held = try trainOnDrawn(
      "--data synth:90 --val none --sampling in-order --epochs 2 --out held")
    #expect(held.status == 0, "\(held.err)")
    let drawn = try trainOnDrawn(
      "--data synth:90 --val none --stream --epochs 1 --out drawn --json")
    #expect(drawn.status == 0, "\(drawn.err)")
    #expect(drawn.err.contains("drawn as they are needed"))
    #if os(Linux)
      #expect(drawn.out.contains("\"peakMemory\" : "), "\(drawn.out)")
    #endif
    let on = try sandbox.digitctl("train", "--resume", "drawn", "--epochs", "2")
    #expect(on.status == 0, "\(on.err)")
    #expect(
      try sandbox.bytes("held/last.safetensors") == sandbox.bytes("drawn/last.safetensors"))
    let other = try sandbox.digitctl(
      "train", "--resume", "drawn", "--epochs", "3", "--data", "synth:90:2")
    #expect(other.status == 1 && other.err.contains("other pictures"), "\(other.err)")
  }

  @Test func theLastOfDrawnDigitsAreSetAside() throws {
    let ended = try trainOnDrawn(
      "--data synth:200 --val 20 --stream --epochs 1 --class-weights balanced --out run")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.err.contains("180 pictures of synth, 20 set aside"))
    #expect(
      try sandbox.digitctl("model", "summary", "run").out.contains("synth, 180 of 200 pictures"))
    let many = try trainOnDrawn("--data synth:2M --val 20 --time-limit 0.001 --out many")
    #expect(many.status == 0, "\(many.err)")
    #expect(many.err.contains("drawn as they are needed"), "\(many.err)")
    // Of many, no more than can well be held.
    #expect(Share.part(0.1).atMost(10_000, of: 2_000_000).number(of: 2_000_000) == 10_000)
    #expect(Share.part(0.1).atMost(10_000, of: 2_000).number(of: 2_000) == 200)
  }

  @Test func comparesRuns() throws {
    #expect(try train("--epochs 1 --out a").status == 0)
    #expect(try train("--epochs 3 --out b").status == 0)
    let ended = try sandbox.digitctl(
      "compare", "a", "b", "--data", "small", "--report", "compared.html")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(try sandbox.text("compared.html").contains("<svg"))
    #expect(try sandbox.digitctl("compare", "a").status == 2)
    #expect(try sandbox.digitctl("compare", "a", "nowhere").status == 3)
  }

  @Test func modelsAreListedSummarisedDrawnAndExported() throws {
    #expect(try sandbox.digitctl("model", "list").out.contains("lenet5"))
    #expect(try sandbox.digitctl("model", "summary", "lenet5").out.contains("44,426"))
    let layers = try sandbox.digitctl("model", "summary", "tiny", "--json").out
    try sandbox.write(layers, "mine.json")
    #expect(try sandbox.digitctl("model", "summary", "mine.json").status == 0)
    #expect(try sandbox.digitctl("model", "draw", "lenet5", "net.svg").status == 0)
    #expect(try sandbox.digitctl("model", "draw", "lenet5", "net.svg").status == 1)
    #expect(try sandbox.digitctl("model", "draw", "lenet5", "net.gif").status == 2)
    #expect(try train("--epochs 1 --out run").status == 0)
    let export = try sandbox.digitctl("model", "export", "run", "softmax.ckm")
    #expect(export.status == 0, "\(export.err)")
    #expect(try sandbox.digitctl("model", "summary", "run").out.contains("seed 1"))
  }

  @Test func aModelIsExportedWithBytesAndItsLossTold() throws {
    func run(_ words: String) throws -> Sandbox.Ended {
      try sandbox.shell("digitctl model export tiny " + words)
    }
    let ended = try run("tiny.ckm --int8 --integers all --calibrate-on synth:300:5 --pictures 50")
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("in integers: ") && ended.out.contains("on 250 pictures held back"))
    #expect(try run("floats.ckm").status == 0)
    #expect(try sandbox.bytes("tiny.ckm").count * 2 < sandbox.bytes("floats.ckm").count)
    #expect(try run("tiny.ckm --int8 --calibrate-on synth:300:5").status == 1)
    #expect(try run("none.ckm --int8 --calibrate-on nowhere").status == 3)
    #expect(try run("none.ckm --integers all").err.contains("--integers is for --int8"))
    #expect(try run("none.ckm --int8 --integers some").status == 2)
    let unnamed = try run("none.ckm --int8")
    #expect(unnamed.status == 2 && unnamed.err.contains("--calibrate-on SET"), "\(unnamed.err)")
    #expect(!sandbox.names().contains("none.ckm"))
  }

  /// Weights of 8 bits that cost more than is allowed leave no file behind.
  @Test func aLossOfAccuracyIsRefused() throws {
    // A picture's class is its bright pixel. The last pixel, always dark, has a weight beside which all others of its
    // row become zero when they are rounded.
    let labels = (0..<60).map { UInt8($0 % 10) }
    var pixels: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 4, 0, 0, 0, 3]
    for label in labels { pixels += (0..<12).map { $0 == label ? UInt8(255) : 0 } }
    try sandbox.write(pixels, "lit/train-images-idx3-ubyte")
    try sandbox.write([0, 0, 8, 1, 0, 0, 0, 60] + labels, "lit/train-labels-idx1-ubyte")
    let model = try Model(Input(4, 3)) {
      Flatten()
      Dense(units: 10)
    }
    let parameters = Parameters(for: model)
    let weights = (0..<120).map { $0 % 12 == 11 ? Float(10_000) : $0 % 12 == $0 / 12 ? 1 : 0 }
    try parameters.set("dense1.weight", to: weights)
    try ModelFile(model, parameters: parameters).write(to: sandbox.folder + "/lit.safetensors")
    let words = "digitctl model export lit.safetensors out.ckm --int8 --calibrate-on lit"
    let refused = try sandbox.shell(words)
    #expect(refused.status == 1, "\(refused.err)")
    #expect(refused.err.contains(" 0.00 % of 30 pictures instead of 100.00 %"), "\(refused.err)")
    #expect(refused.err.contains("--max-loss"))
    #expect(!sandbox.names().contains("out.ckm"))
    #expect(try sandbox.shell(words + " --max-loss 100").status == 0)
  }

  @Test(arguments: [
    (["train", "--model", "lenet6"], 2, "did you mean"),
    (["train", "--optimizer", "adm"], 2, "adam"),
    (
      ["train", "--optimizer", "adam", "--momentum", "0.5", "--data", "small"], 2,
      "--momentum is not for adam"
    ),
    (["train", "--epochs", "0"], 2, "from 1"), (["train", "--val", "2.5"], 2, "--val takes"),
    (["train", "--class-weights", "1,-2"], 2, "balanced"), (["train", "--l1", "-1"], 2, "--l1"),
    (["train", "--time-limit", "5d"], 2, "90s"), (["train", "--data", "nowhere"], 3, "nowhere"),
    (["train", "--data", "small", "--val", "5000"], 3, "5000"),
    (["train", "--resume", "nowhere"], 3, "no run to go on with"),
    (["train", "--model", "no.json", "--data", "small"], 3, "no.json"),
    (["test", "nowhere", "--data", "small"], 3, "nowhere"),
    (["test", "digitnt", "--data", "small"], 3, "did you mean"),
    (["train", "--data", "small", "--calibrate", "--val", "none"], 2, "--val none"),
    (["train", "--data", "small", "--also", "synth:10"], 3, "28x28x1"),
    (["test", "x", "--json", "--csv"], 2, "exclude"),
    (["train", "--data", "small", "--stream"], 2, "--stream is for drawn digits"),
    (["train", "--data", "synth:10G"], 2, "20k or 10M"),
    (["train", "--data", "synth:9M", "--also", "small"], 2, "--also"),
    (["train", "--data", "synth:9M", "--sampling", "balanced"], 2, "--sampling balanced"),
    (["train", "--data", "synth:90", "--stream", "--val", "90"], 2, "--val 90"),
  ])
  func mistakesAreALine(_ words: [String], _ code: Int32, _ part: String) throws {
    let ended = try sandbox.shell("digitctl " + words.joined(separator: " "))
    #expect(ended.status == code, "\(ended.err)")
    #expect(ended.out.isEmpty)
    #expect(ended.err.contains(part), "\(ended.err)")
    #expect(ended.err.split(separator: "\n").filter { $0.hasPrefix("error: ") }.count == 1)
    #expect(sandbox.names("runs").isEmpty)
  }
}
