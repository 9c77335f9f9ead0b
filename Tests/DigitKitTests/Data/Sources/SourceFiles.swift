import CZlib
import Foundation

#if !FUZZING
  @testable import DigitKit
#endif

/// Data sets in every form, small, made by the tests themselves.
enum SourceFiles {
  static func bigEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
  }

  static func littleEndian(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// Pixels that differ from picture to picture.
  static func pixels(_ count: Int, _ size: Int) -> [UInt8] {
    (0..<count * size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / size) }
  }

  static func idxImages(_ count: Int, height: Int = 2, width: Int = 3) -> [UInt8] {
    [0, 0, 8, 3] + [count, height, width].flatMap(bigEndian) + pixels(count, height * width)
  }

  static func idxLabels(_ labels: [UInt8]) -> [UInt8] {
    [0, 0, 8, 1] + bigEndian(labels.count) + labels
  }

  /// As QMNIST has them: the class first, seven numbers about it behind.
  static func idxNumbers(_ labels: [Int]) -> [UInt8] {
    [0, 0, 12, 2] + bigEndian(labels.count) + bigEndian(8)
      + labels.flatMap { label in (0..<8).flatMap { bigEndian($0 == 0 ? label : 1000 + $0) } }
  }

  /// Packed by zlib: as .gz with `window` 31, as zip archives have it with -15.
  static func packed(_ bytes: [UInt8], window: Int32 = 31) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))) + 64)
    let size = output.count
    return input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size)
        deflate(&stream, Z_FINISH)
        return Array(output.prefix(size - Int(stream.avail_out)))
      }
    }
  }

  /// A table as Kaggle writes it, pictures of `side` x `side`.
  static func csv(_ labels: [Int], side: Int = 2, header: Bool = true, end: String = "\n") -> String
  {
    let size = side * side
    let bytes = pixels(labels.count, size)
    var lines = header ? ["label," + (0..<size).map { "pixel\($0)" }.joined(separator: ",")] : []
    for (item, label) in labels.enumerated() {
      let row = bytes[item * size..<(item + 1) * size].map { String($0) }
      lines.append(([String(label)] + row).joined(separator: ","))
    }
    return lines.map { $0 + end }.joined()
  }

  static func npy(
    _ description: String, _ shape: [Int], _ data: [UInt8], fortran: Bool = false, version: Int = 1
  ) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    var text =
      "{'descr': '\(description)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(sizes)), }"
    let begin = version == 1 ? 10 : 12
    text += String(repeating: " ", count: 63 - (begin + text.utf8.count) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [UInt8(version), 0]
      + littleEndian(text.utf8.count, version == 1 ? 2 : 4) + Array(text.utf8) + data
  }

  /// A zip archive of these files; with `large`, sizes and places as past 4 GB.
  static func zip(
    _ files: [(String, [UInt8])], deflated: Bool, large: Bool = false
  ) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in files {
      let data = deflated ? packed(bytes, window: -15) : bytes
      let sum = littleEndian(Int(crc32(0, bytes, UInt32(bytes.count))), 4)
      let method = littleEndian(deflated ? 8 : 0, 2)
      let place = archive.count
      let sizes = littleEndian(data.count, 4) + littleEndian(bytes.count, 4)
      let names = littleEndian(name.utf8.count, 2)
      archive += [0x50, 0x4B, 3, 4, 20, 0, 0, 0] + method + [0, 0, 0, 0] + sum + sizes + names
      archive += [0, 0] + Array(name.utf8) + data
      let extra =
        [1, 0, 24, 0] + littleEndian(bytes.count, 8) + littleEndian(data.count, 8)
        + littleEndian(place, 8)
      directory += [0x50, 0x4B, 1, 2, 45, 3, 45, 0, 0, 0] + method + [0, 0, 0, 0] + sum
      directory += large ? [UInt8](repeating: 255, count: 8) : sizes
      directory +=
        names + littleEndian(large ? extra.count : 0, 2) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      directory += large ? [255, 255, 255, 255] : littleEndian(place, 4)
      directory += Array(name.utf8) + (large ? extra : [])
    }
    let begin = archive.count
    archive += directory
    if large {
      let end = archive.count
      archive += [0x50, 0x4B, 6, 6] + littleEndian(44, 8) + [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      archive += littleEndian(files.count, 8) + littleEndian(files.count, 8)
      archive += littleEndian(directory.count, 8) + littleEndian(begin, 8)
      archive += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + littleEndian(end, 8) + [1, 0, 0, 0]
    }
    archive += [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    let count = large ? [255, 255] : littleEndian(files.count, 2)
    archive += count + count
    archive +=
      large
      ? [UInt8](repeating: 255, count: 8)
      : littleEndian(directory.count, 4) + littleEndian(begin, 4)
    return archive + [0, 0]
  }

  /// Keras's mnist.npz in small.
  static func npz(deflated: Bool = true, large: Bool = false) -> [UInt8] {
    zip(
      [
        ("x_test.npy", npy("|u1", [2, 2, 3], pixels(2, 6))),
        ("x_train.npy", npy("|u1", [3, 2, 3], pixels(3, 6))),
        ("y_train.npy", npy("<i8", [3], [4, 0, 9].flatMap { littleEndian($0, 8) })),
        ("y_test.npy", npy("|u1", [2], [7, 8])),
      ], deflated: deflated, large: large)
  }
}
