import CZlib

extension Picture {
  /// The picture as a PNG file. The same picture gives the same bytes wherever zlib is the same.
  public func png() throws(FileError) -> [UInt8] { try png(named: "picture.png") }

  /// Writes it, whole or not at all.
  public func writePNG(to path: String) throws(FileError) {
    let bytes = try png(named: path)
    do {
      try AtomicFile.write(bytes, to: path)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(path, .other, "cannot write it: \(error)")
    }
  }

  private func png(named name: String) throws(FileError) -> [UInt8] {
    guard width <= Int32.max, height <= Int32.max, let packed = PNGWriter.deflate(filteredRows)
    else { throw FileError(name, .other, "a picture of \(width)x\(height) cannot be packed") }
    var writer = PNGWriter()
    let colour: UInt8 = channels == 1 ? 0 : 2
    writer.chunk(
      "IHDR", PNGWriter.big32(width) + PNGWriter.big32(height) + [8, colour, 0, 0, 0])
    writer.chunk("IDAT", packed)
    writer.chunk("IEND", [])
    return writer.bytes
  }

  /// Each row behind the number of its filter, 2 ("up"): digits have much in common with the row above.
  private var filteredRows: [UInt8] {
    let row = width * channels
    return [UInt8](unsafeUninitializedCapacity: (row + 1) * height) { to, filled in
      bytes.withUnsafeBufferPointer { from in
        for y in 0..<height {
          to[y * (row + 1)] = 2
          for x in 0..<row {
            let above = y > 0 ? from[(y - 1) * row + x] : 0
            to[y * (row + 1) + 1 + x] = from[y * row + x] &- above
          }
        }
      }
      filled = (row + 1) * height
    }
  }
}

/// Chunks: length, name, data, checksum.
private struct PNGWriter {
  var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  mutating func chunk(_ name: String, _ data: [UInt8]) {
    bytes += PNGWriter.big32(data.count)
    let checked = Array(name.utf8) + data
    bytes += checked
    bytes += PNGWriter.big32(Int(crc32(0, checked, uInt(checked.count))))
  }

  static func big32(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
    var size = compressBound(uLong(bytes.count))
    guard bytes.count < 1 << 30 else { return nil }
    var isPacked = false
    let packed = [UInt8](unsafeUninitializedCapacity: Int(size)) { to, filled in
      isPacked = compress2(to.baseAddress, &size, bytes, uLong(bytes.count), 9) == Z_OK
      filled = isPacked ? Int(size) : 0
    }
    return isPacked ? packed : nil
  }
}
