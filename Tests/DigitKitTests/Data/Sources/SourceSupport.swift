@testable import DigitKit

/// The sentence of the error that `body` throws.
func sentence(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

extension DataSource {
  /// Without a cache.
  static func opened(_ path: String, _ change: (inout LoadingOptions) -> Void = { _ in }) throws
    -> DataSet
  {
    var options = LoadingOptions()
    options.cache = .none
    change(&options)
    return try open(path, options: options)
  }
}
