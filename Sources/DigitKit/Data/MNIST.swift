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
    let names = Folder.isFolder(folder) ? try FileNames.inside(folder) : []
    guard let pairs = try IDXFolder(folder, names: names), pairs.test != nil else {
      throw FileError(
        folder, .missing,
        "it does not hold train-images-idx3-ubyte and its three companions, nor the same with .gz; "
          + "set DIGITKIT_DATA to the folder that holds mnist/, or fetch them with: "
          + "digitctl data get mnist")
    }
    let data = try pairs.read(LoadingOptions())
    return Sets(training: data.training, test: data.test ?? data.training)
  }

  /// The folder of MNIST: that of `DIGITKIT_DATA`, otherwise `data/mnist` or `../shared/data/mnist`
  /// seen from `base`, then where `NamedSet` looks. Nil if it is in none of these.
  public static func folder(
    base: String = ".", environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    let own = environment["DIGITKIT_DATA"]
    let near = own.map { [$0] } ?? [base + "/data", base + "/../shared/data"]
    let direct = near.filter(NamedSet.hasImages)
    return NamedSet.mnist.folder(in: near) ?? direct.first
      ?? NamedSet.mnist.folder(in: NamedSet.roots(environment: environment))
  }
}
