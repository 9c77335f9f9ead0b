import DigitKit
import Foundation

/// Trains the accounts' own experiments and writes docs/results.md; or measures the trainer's speed.
@main struct Main {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      say("error: \(error)")
      exit(error is Interrupted ? 130 : 1)
    }
  }

  private static let usage = """
    scripts/results NAME...          trains three seeds of each experiment and writes docs/results.md
    scripts/results all              all of them
    scripts/results speed NAME...    images per second of Trainer
    scripts/results drawing          seconds for 100,000 drawn digits
    scripts/results pictures         writes docs/synth.png and docs/strings.png
    scripts/results prepare          digits of other sources and cameras, as they come and prepared
    scripts/results look             what there is to see of MNIST: duplicates, labels in doubt
    options: --seeds N  --threads N  --windows N  --runs FOLDER  --page FILE  --data FOLDER  --sheets FOLDER
    names: \(Experiment.all.map(\.name).joined(separator: ", "))
    """

  private struct Wrong: Error, CustomStringConvertible {
    var description: String
  }

  private struct Options {
    var names: [String] = []
    var seeds = 3
    var threads = 0
    var windows = 7
    var runs = "runs/results"
    var page = "docs/results.md"
    var data: String?
    var sheets: String?

    init(_ arguments: [String]) throws {
      var rest = arguments[...]
      while let word = rest.popFirst() {
        guard word.hasPrefix("--") else {
          names.append(word)
          continue
        }
        guard let value = rest.popFirst() else {
          throw Wrong(description: "\(word): its value is missing")
        }
        switch word {
        case "--seeds": seeds = try number(value, word)
        case "--threads": threads = try number(value, word)
        case "--windows": windows = try number(value, word)
        case "--runs": runs = value
        case "--page": page = value
        case "--data": data = value
        case "--sheets": sheets = value
        default: throw Wrong(description: "\(word) is unknown\n\(usage)")
        }
      }
    }

    private func number(_ text: String, _ word: String) throws -> Int {
      guard let number = Int(text), number > 0 else {
        throw Wrong(description: "\(word) takes a number from 1, not \(text)")
      }
      return number
    }
  }

  private static func run(_ arguments: [String]) throws {
    var options = try Options(arguments)
    guard let first = options.names.first else {
      throw Wrong(description: "nothing to do\n" + usage)
    }
    if first == "drawing" { return try Drawing(threads: options.threads).measure() }
    if first == "pictures" { return try Drawing.writePictures(to: "docs") }
    guard let folder = options.data ?? MNIST.folder() else {
      throw Wrong(
        description: "MNIST is not there: set DIGITKIT_DATA to the folder that holds mnist/")
    }
    let sets = try MNIST.load(from: folder)
    if first == "speed" {
      for name in options.names.dropFirst() { try speed(name, options, sets.training) }
      return
    }
    if first == "prepare" || first == "look" {
      return try lookOrPrepare(first, options, sets, folder)
    }
    if first == "all" { options.names = Experiment.all.map(\.name) }
    for name in options.names { try experiment(name, options, sets) }
  }

  private static func experiment(_ name: String, _ options: Options, _ sets: MNIST.Sets) throws {
    guard let experiment = Experiment.all.first(where: { $0.name == name }) else {
      throw Wrong(description: "there is no experiment \(name)\n\(usage)")
    }
    let runs = Runs(folder: options.runs, threads: options.threads)
    let outcomes = try (1...options.seeds).map {
      try runs.outcome(of: experiment, seed: UInt64($0), in: sets)
    }
    let row = Page.row(experiment, outcomes)
    print(row)
    try Page(path: options.page).update(experiment, row: row)
  }

  /// By `lenet5`, trained on MNIST alone, with the first seed of its experiment.
  private static func lookOrPrepare(
    _ what: String, _ options: Options, _ sets: MNIST.Sets, _ folder: String
  ) throws {
    let runs = Runs(folder: options.runs, threads: options.threads)
    let outcome = try runs.outcome(of: .lenet5, seed: 1, in: sets)
    say("lenet5 reads \(rounded(100 * outcome.testAccuracy, 2)) % of MNIST's test set")
    let model = try ModelFile(path: "\(options.runs)/lenet5/seed-1/best.safetensors")
    if what == "look" {
      return try Looking(
        sets: sets, model: model, threads: options.threads, sheets: options.sheets
      ).run()
    }
    try Preparing(
      data: folder + "/..", model: model, threads: options.threads, sheets: options.sheets
    ).run(mnist: sets.test)
  }

  private static func speed(_ name: String, _ options: Options, _ set: ImageSet) throws {
    let windows = try Speed(threads: options.threads, windows: options.windows).measure(name, set)
    print(
      "\(name): \(rounded(windows[windows.count / 2], 0)) images/s by the median second "
        + "(\(rounded(windows[0], 0)) to \(rounded(windows[windows.count - 1], 0)))")
  }
}
