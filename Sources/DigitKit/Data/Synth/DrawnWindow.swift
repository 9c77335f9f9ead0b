/// The place in memory of every picture of a drawn set, of which only a batch's are there. So a picture keeps its index,
/// on which its augmentation depends, and a batch has the same bits as from a set that is held.
final class DrawnWindow {
  private let digits: DrawnDigits
  private let threads: Int
  let pixels: SparseBlock
  let labels: SparseBlock
  /// From the first picture that is there to the last.
  private var held = 0..<0

  private var imageSize: Int { digits.synth.side * digits.synth.side }
  private static let labelSize = MemoryLayout<Int32>.size

  init(_ digits: DrawnDigits, threads: Int) throws(FileError) {
    self.digits = digits
    self.threads = threads
    let side = digits.synth.side
    pixels = try SparseBlock(digits.count * side * side, for: "drawn digits")
    labels = try SparseBlock(digits.count * DrawnWindow.labelSize, for: "drawn digits")
  }

  /// Pictures as a plan reads them; those that were not asked for are black.
  var pictureArray: DataArray {
    DataArray(bytes: UnsafeRawBufferPointer(pixels.bytes), valuesPerItem: imageSize, owner: pixels)
  }

  /// Their labels, likewise.
  var labelArray: DataArray {
    DataArray(labels: UnsafeRawBufferPointer(labels.bytes), owner: labels)
  }

  /// Draws the pictures of a batch in place of those of the last one.
  func hold(_ numbers: [Int]) {
    pixels.forget(held.lowerBound * imageSize..<held.upperBound * imageSize)
    labels.forget(
      held.lowerBound * DrawnWindow.labelSize..<held.upperBound * DrawnWindow.labelSize)
    held = (numbers.min() ?? 0)..<(numbers.max() ?? -1) + 1
    // Each picture has a place of its own.
    nonisolated(unsafe) let places = pixels.bytes
    digits.synth.draw(numbers, threads: threads) { number, picture in
      let start = number * picture.count
      places[start..<start + picture.count].copyBytes(from: picture)
    }
    for (number, label) in zip(numbers, digits.synth.labels(numbers)) {
      labels.bytes.storeBytes(
        of: label, toByteOffset: number * DrawnWindow.labelSize, as: Int32.self)
    }
  }
}
