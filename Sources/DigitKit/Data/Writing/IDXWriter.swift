extension ImageSet {
  /// Writes the pictures and labels `indices`, or all, as a pair of IDX files:
  /// `folder/part-images-idx3-ubyte.gz` and `folder/part-labels-idx1-ubyte.gz`.
  public func writeIDX(
    to folder: String, part: String = "train", indices: [Int]? = nil, isPacked: Bool = true
  ) throws {
    guard channels == 1 else {
      throw DataError("pictures of \(channels) channels cannot be IDX files: make them grey first")
    }
    guard classes <= 256 else {
      throw DataError("\(classes) classes are more than IDX labels hold")
    }
    let indices = indices ?? Array(0..<count)
    let end = isPacked ? ".gz" : ""
    try Folder.make(folder)
    try IDXWriter.write(
      to: "\(folder)/\(part)-images-idx3-ubyte\(end)", shape: [indices.count, height, width]
    ) { add in
      try pixels.withUnsafeBytes { pixels in
        for index in indices {
          try add(
            UnsafeRawBufferPointer(rebasing: pixels[index * imageSize..<(index + 1) * imageSize]))
        }
      }
    }
    try IDXWriter.write(
      to: "\(folder)/\(part)-labels-idx1-ubyte\(end)", shape: [indices.count]
    ) { add in
      try indices.map { UInt8(truncatingIfNeeded: labels[$0]) }.withUnsafeBytes(add)
    }
  }

  /// The names that `writeIDX` gives.
  public static func namesOfIDX(part: String, isPacked: Bool = true) -> [String] {
    ["images-idx3", "labels-idx1"].map { "\(part)-\($0)-ubyte" + (isPacked ? ".gz" : "") }
  }
}

/// A magic number with type and rank, one big-endian size per axis, then bytes.
enum IDXWriter {
  typealias Add = (UnsafeRawBufferPointer) throws -> Void

  /// Writes a file whose bytes `body` adds. A name with .gz is packed.
  static func write(to path: String, shape: [Int], _ body: (Add) throws -> Void) throws {
    guard shape.allSatisfy({ $0 <= UInt32.max }) else {
      throw DataError("sizes \(shape) are more than an IDX file can hold")
    }
    try AtomicFile.write(to: path) { file in
      let deflater = path.hasSuffix(".gz") ? Deflater(.gzip) : nil
      let append: Add = { try file.append($0) }
      let add: Add = { bytes in
        guard let deflater else { return try append(bytes) }
        try deflater.add(bytes, isLast: false, to: append)
      }
      try head(shape).withUnsafeBytes(add)
      try body(add)
      try deflater?.add(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, to: append)
    }
  }

  /// The bytes before the values.
  static func head(_ shape: [Int]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)]
      + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
  }
}
