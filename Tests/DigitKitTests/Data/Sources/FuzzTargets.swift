#if !FUZZING
  @testable import DigitKit
#endif

/// The readers of data files, as anything's first reader would call them: for bytes of any kind.
enum FuzzTargets {
  private static let names = ClassNames(digits: 10)

  /// Pictures, or else labels.
  static func idx(_ bytes: [UInt8]) throws {
    let source = ByteArray(bytes, named: "a")
    do { _ = try IDX(ByteInput(source), .images).pixels() } catch {
      _ = try IDX(ByteInput(source), .labels).labels()
    }
  }

  /// Pictures as rows; the rows that are right, if asked.
  static func csv(_ bytes: [UInt8], skipsBad: Bool = false) throws {
    let input = try ByteInput(ByteArray(bytes, named: "a"))
    _ = try CSVPictures.read(CSVTable(input), names, skipsBad: skipsBad, most: input.mostBytes)
  }

  /// An array as pictures, or else as labels; an archive.
  static func numpy(_ bytes: [UInt8]) throws {
    let source = ByteArray(bytes, named: "a")
    if try NumPySet.archive(source, names, skipsBad: false) != nil { return }
    do { _ = try NumPySet.onlyArray(source).pixels() } catch {
      _ = try NumPySet.onlyArray(source).integers()
    }
  }
}
