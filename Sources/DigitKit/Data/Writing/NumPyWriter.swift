extension DataSet {
  /// Writes the set as NumPy's `.npz`, with Keras's names: `x_train`, `y_train`, and `x_test`, `y_test` where
  /// there is a part to be tested on. Pictures are `[picture, y, x]`, colours `[picture, y, x, channel]`.
  public func writeNPZ(to path: String) throws {
    try AtomicFile.write(to: path) { file in
      var archive = ZipWriter(file)
      for (name, set) in [("train", training), ("test", test)] {
        guard let set else { continue }
        var shape = [set.count, set.height, set.width]
        if set.channels > 1 { shape.append(set.channels) }
        try archive.add(
          "x_\(name).npy", [NumPyWriter.head(shape), Array(set.pixels)])
        try archive.add(
          "y_\(name).npy",
          [NumPyWriter.head([set.count]), set.labels.map { UInt8(truncatingIfNeeded: $0) }])
      }
      try archive.finish()
    }
  }
}

enum NumPyWriter {
  /// The head of an array of unsigned bytes: magic, version, and a dictionary padded to a multiple of 64.
  static func head(_ shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(sizes)), }"
    let padding = 63 - (10 + text.utf8.count) % 64
    let dictionary = Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
    return [0x93] + Array("NUMPY".utf8) + [1, 0]
      + [UInt8(dictionary.count & 0xFF), UInt8(dictionary.count >> 8)] + dictionary
  }
}
