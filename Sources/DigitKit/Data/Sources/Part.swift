/// One part of a data set, as it was read: its pictures, and what was left out of it.
struct Part {
  var set: ImageSet
  var skipped = Skipped()

  /// Pictures and labels whose sizes and classes were not checked yet.
  struct Draft {
    var pixels: Pixels
    var labels: [Int32]
    var height: Int
    var width: Int
    var channels = 1
    /// The file of the pictures.
    var path: String
    /// The file of the labels.
    var labelPath: String

    /// Rows become columns: EMNIST's pictures lie on their side.
    mutating func transpose() throws {
      guard height == width, channels == 1 else {
        throw FileError(
          path, .malformed, "its \(height)x\(width) pictures should be square, as all of EMNIST are"
        )
      }
      let (side, size) = (width, width * width)
      let old = pixels
      let block = try ByteBlock(old.count, for: path) { to in
        old.withUnsafeBytes { from in
          for first in stride(from: 0, to: old.count - old.count % max(1, size), by: size) {
            for y in 0..<side {
              for x in 0..<side { to[first + y * side + x] = from[first + x * side + y] }
            }
          }
        }
      }
      pixels = Pixels(block)
    }

    /// The set, its labels counted from 0 and in range; pictures with other labels are an error, or left out.
    func checked(
      _ names: ClassNames, skipsBad: Bool, place: (Int) -> String
    ) throws -> Part {
      var draft = self
      var skipped = Skipped()
      let range = names.first..<names.first + Int32(names.names.count)
      let bad = labels.indices.filter { !range.contains(labels[$0]) }
      for item in bad {
        let error = FileError(
          labelPath, .malformed,
          "label \(labels[item]) \(place(item)) is not in \(range.lowerBound)...\(range.upperBound - 1); "
            + "correct it, or give the number of classes")
        guard skipsBad else { throw error }
        skipped.add(error)
      }
      if !bad.isEmpty { draft.drop(bad) }
      if names.first != 0 { draft.labels = draft.labels.map { $0 - names.first } }
      do {
        let set = try ImageSet(
          pixels: draft.pixels, labels: draft.labels, height: height, width: width,
          channels: channels, classes: names.names.count)
        return Part(set: set, skipped: skipped)
      } catch { throw FileError(path, .malformed, error.message) }
    }

    private mutating func drop(_ bad: [Int]) {
      let isBad = Set(bad)
      let size = labels.isEmpty ? 0 : pixels.count / labels.count
      let kept = labels.indices.filter { !isBad.contains($0) }
      pixels = Pixels(kept.flatMap { pixels.slice($0 * size..<($0 + 1) * size) })
      labels = kept.map { labels[$0] }
    }
  }
}

/// What was left out of a data set because it could not be read: how much, and the first reasons.
public struct Skipped: Sendable, Equatable {
  /// How many pictures.
  public private(set) var count = 0
  /// Why, one line each; of many only the first hundred.
  public private(set) var reasons: [String] = []

  static let mostReasons = 100

  init(count: Int = 0, reasons: [String] = []) {
    self.count = count
    self.reasons = reasons
  }

  mutating func add(_ error: FileError) {
    count += 1
    if reasons.count < Skipped.mostReasons { reasons.append(error.description) }
  }

  mutating func add(_ other: Skipped) {
    count += other.count
    reasons += other.reasons.prefix(Skipped.mostReasons - reasons.count)
  }
}
