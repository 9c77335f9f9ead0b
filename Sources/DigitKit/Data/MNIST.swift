#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The four files of MNIST, or of any set of the same form and names.
public enum MNIST {
  /// 60,000 pictures to learn from and 10,000 to be tested on. The latter are touched once, at the end.
  public struct Sets: Sendable {
    /// `train-*`
    public var training: ImageSet
    /// `t10k-*`
    public var test: ImageSet
  }

  /// Reads `train-images-idx3-ubyte` and its three companions, packed (`.gz`) or not, from `folder`.
  public static func load(from folder: String) throws -> Sets {
    Sets(
      training: try set("train", in: folder),
      test: try set("t10k", in: folder))
  }

  /// The folder of MNIST: that of `DIGITKIT_DATA`, otherwise `data/mnist` or `../shared/data/mnist`
  /// seen from `base`. Nil if it is in none of these.
  public static func folder(
    base: String = ".", environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    let roots =
      environment["DIGITKIT_DATA"].map { [$0] } ?? [base + "/data", base + "/../shared/data"]
    return roots.flatMap { [$0 + "/mnist", $0] }.first {
      file("train", "images-idx3", in: $0) != nil
    }
  }

  private static func set(_ part: String, in folder: String) throws -> ImageSet {
    try ImageSet(
      images: try found(part, "images-idx3", in: folder),
      labels: try found(part, "labels-idx1", in: folder))
  }

  private static func found(_ part: String, _ kind: String, in folder: String) throws -> String {
    if let path = file(part, kind, in: folder) { return path }
    throw FileError(
      "\(folder)/\(part)-\(kind)-ubyte", .missing,
      "neither it nor the same with .gz is there; set DIGITKIT_DATA to the folder that holds mnist/"
    )
  }

  private static func file(_ part: String, _ kind: String, in folder: String) -> String? {
    [".gz", ""].map { "\(folder)/\(part)-\(kind)-ubyte\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
