#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A data set that is found by its name, in one of the folders where data lies.
public struct NamedSet: Sendable, Equatable {
  /// The name, which is also that of its folder.
  public let name: String
  /// What it is, in one line.
  public let summary: String

  /// Handwritten digits.
  public static let mnist = NamedSet(
    name: "mnist", summary: "handwritten digits, 60,000 to learn from and 10,000 to be tested on")
  /// Pictures of clothes.
  public static let fashionMNIST = NamedSet(
    name: "fashion-mnist", summary: "pictures of clothes, in the form and number of MNIST")
  /// Cursive Japanese characters.
  public static let kmnist = NamedSet(
    name: "kmnist", summary: "cursive Japanese characters, in the form and number of MNIST")
  /// Digits from envelopes.
  public static let usps = NamedSet(
    name: "usps", summary: "handwritten digits from envelopes, 7,291 to learn from")

  /// All that have a name.
  public static let all = [mnist, fashionMNIST, kmnist, usps]

  /// The set of a name, in capitals or not.
  public static func named(_ name: String) -> NamedSet? {
    all.first { $0.name == name.lowercased() }
  }

  /// The folders where data lies, in the order they are searched: `$DIGITKIT_DATA`, then `digitkit` in
  /// `$XDG_DATA_HOME`, usually `~/.local/share/digitkit`. What is fetched goes into the first.
  public static func roots(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    let own = environment["DIGITKIT_DATA"].flatMap { $0.isEmpty ? nil : $0 }
    return [own, UserFolders.data(environment)].compactMap { $0 }
  }

  /// The folder of this set under one of `roots`, if it is there with pictures in it.
  public func folder(in roots: [String] = roots()) -> String? {
    roots.map { FileNames.join($0, name) }.first(where: NamedSet.hasImages)
  }

  /// The folder of this set, or an error that says what was looked for, where, and how to get it.
  public func found(in roots: [String] = roots()) throws -> String {
    if let folder = folder(in: roots) { return folder }
    let places = roots.map { FileNames.join($0, name) }.joined(separator: " nor ")
    throw DataError(
      "\(name) is not there: neither \(places.isEmpty ? "DIGITKIT_DATA" : places) has its IDX files; "
        + "fetch it with: digitctl data get \(name)")
  }

  static func hasImages(_ folder: String) -> Bool {
    (try? FileNames.inside(folder))?.contains(where: IDXNames.isImages) ?? false
  }
}
