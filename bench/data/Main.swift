import DigitKit
import Dispatch
import Foundation

/// Measures how long data takes to be there, and how much memory it needs: scripts/databench.
@main struct Main {
  private static let usage = """
    databench load PATH          opens a name, file or folder, without a cache
    databench make FOLDER        60,000 PNGs of MNIST, a folder for each class
    databench decode FOLDER      decodes all its pictures on all cores and keeps none
    databench cached FOLDER      opens a folder by a cache in FOLDER.cache
    """

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 2 else { stop(usage) }
    do {
      switch arguments[0] {
      case "load": try load(arguments[1], .none)
      case "make": try make(arguments[1])
      case "decode": try decode(arguments[1])
      case "cached": try load(arguments[1], .folder(arguments[1] + ".cache"))
      default: stop(usage)
      }
    } catch { stop("error: \(error)") }
  }

  private static func stop(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(1)
  }

  private static func load(_ path: String, _ cache: LoadingOptions.Cache) throws {
    var options = LoadingOptions()
    options.cache = cache
    let before = peakMegabytes()
    let start = DispatchTime.now().uptimeNanoseconds
    let data = try DataSource.open(path, options: options)
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let sets = [data.training] + (data.test.map { [$0] } ?? [])
    let bytes = sets.reduce(0) { $0 + $1.pixels.count + 4 * $1.labels.count }
    print(
      "\(rounded(seconds)) s, \(sets.reduce(0) { $0 + $1.count }) pictures of "
        + "\(rounded(Double(bytes) / 1_048_576)) MB; peak memory \(rounded(before)) MB before, "
        + "\(rounded(peakMegabytes())) MB after (\(data.form)\(data.notes.map { ", " + $0 }.joined()))"
    )
  }

  private static func make(_ folder: String) throws {
    let mnist = try DataSource.open("mnist").training
    for label in 0..<mnist.classes {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(label)", withIntermediateDirectories: true)
    }
    for index in 0..<mnist.count {
      let picture = try Picture(
        width: mnist.width, height: mnist.height, bytes: Array(mnist.image(index)))
      try picture.writePNG(to: "\(folder)/\(mnist.labels[index])/\(index).png")
    }
    print("\(mnist.count) pictures in \(folder)")
  }

  private static func decode(_ folder: String) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".png") }.map { folder + "/" + $0 }
    let start = DispatchTime.now().uptimeNanoseconds
    DispatchQueue.concurrentPerform(iterations: (names.count + 99) / 100) { block in
      for name in names[block * 100..<min(names.count, (block + 1) * 100)] {
        guard (try? Picture(reading: name)) != nil else { stop("\(name) cannot be read") }
      }
    }
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    print("\(rounded(seconds)) s, \(names.count) pictures read and decoded, none kept")
  }

  private static func rounded(_ number: Double) -> String { String(format: "%.3f", number) }

  /// The most memory this process ever had.
  private static func peakMegabytes() -> Double {
    var usage = rusage()
    // RUSAGE_SELF, whose type differs between systems.
    getrusage(0, &usage)
    #if canImport(Darwin)
      return Double(usage.ru_maxrss) / 1_048_576
    #else
      return Double(usage.ru_maxrss) / 1024
    #endif
  }
}
