/// Pictures as rows of numbers, as Kaggle hands MNIST out: a label and the brightness of each pixel.
enum CSVPictures {
  /// Reads all rows. Pictures are square: their side follows from the number of columns.
  static func read(_ table: CSVTable, _ names: ClassNames, skipsBad: Bool, most: Int) throws -> Part
  {
    let path = table.reader.path
    let label = try table.labelColumn()
    let size = table.columns.count - 1
    guard let side = ImageSet.side(ofSquare: size) else {
      throw FileError(
        path, .malformed,
        "line 1 has \(size) columns beside the label, but pictures are square, such as 784 for 28x28"
      )
    }
    var labels: [Int32] = []
    var skipped = Skipped()
    // A pixel takes a digit and a comma at least. Pages that are not written cost nothing.
    let block = try ByteBlock(most / 2 + size, sparse: true, for: path) { memory in
      try table.forEachRow(skipsBad: skipsBad, skipped: &skipped) { reader throws(FileError) in
        let first = labels.count * size
        try take(reader, table, label, UnsafeMutableRawBufferPointer(rebasing: memory[first...]))
        labels.append(try CSVPictures.label(reader, label, names))
      }
    }
    do {
      let set = try ImageSet(
        pixels: Pixels(block, 0..<labels.count * size), labels: labels, height: side, width: side,
        classes: names.names.count)
      return Part(set: set, skipped: skipped)
    } catch { throw FileError(path, .malformed, error.message) }
  }

  private static func take(
    _ reader: CSVReader, _ table: CSVTable, _ label: Int, _ memory: UnsafeMutableRawBufferPointer
  ) throws(FileError) {
    var pixel = 0
    for field in reader.fields.indices where field != label {
      guard let value = reader.number(field), value < 256, pixel < memory.count else {
        throw reader.damaged(
          "\"\(reader.text(field).prefix(20))\" in column \(table.columns[field])",
          "pixels are whole numbers from 0 to 255")
      }
      memory[pixel] = UInt8(value)
      pixel += 1
    }
  }

  private static func label(
    _ reader: CSVReader, _ column: Int, _ names: ClassNames
  ) throws(FileError) -> Int32 {
    let last = names.names.count - 1
    guard let value = reader.number(column), value <= last else {
      throw reader.damaged(
        "label \"\(reader.text(column).prefix(20))\"",
        "labels are whole numbers from 0 to \(last); correct it, or give the number of classes")
    }
    return Int32(value)
  }
}
