/// The bytes of a source from their beginning, inflated on the way if they are packed.
final class ByteInput {
  let path: String
  /// Bytes as they are stored.
  let packedSize: Int
  /// Bytes handed out so far.
  private(set) var position = 0
  private let source: any ByteSource
  private let inflater: Inflater?
  private let isGzip: Bool
  /// The stored bytes that were not fetched yet.
  private var rest: Range<Int>
  /// Stored bytes on their way through the inflater.
  private var chunk: [UInt8] = []
  private var taken = 0
  private var isOver = false
  /// What a zip archive says of an entry: its unpacked size and checksum.
  private var claimed: (size: Int, checksum: UInt32)?
  private var checksum = Checksum()

  private static let chunkSize = 1 << 17

  /// A file, or a .gz, told apart by its first two bytes.
  convenience init(_ path: String) throws(FileError) { try self.init(OpenFile(path)) }

  /// The same, of any source.
  init(_ source: any ByteSource) throws(FileError) {
    self.source = source
    path = source.path
    packedSize = source.size
    rest = 0..<source.size
    isGzip = try source.read(0..<min(2, source.size)) == [0x1F, 0x8B]
    inflater = isGzip ? try ByteInput.inflater(.gzip, path) : nil
  }

  /// An entry of a zip archive: bytes as they are, or a bare deflated stream, of known size and checksum.
  init(
    _ source: any ByteSource, _ range: Range<Int>, isDeflated: Bool, named name: String,
    size: Int, checksum: UInt32
  ) throws(FileError) {
    self.source = source
    path = name
    packedSize = range.count
    rest = range
    isGzip = false
    inflater = isDeflated ? try ByteInput.inflater(.bare, path) : nil
    claimed = (size, checksum)
  }

  private static func inflater(
    _ form: Inflater.Form, _ path: String
  ) throws(FileError) -> Inflater {
    guard let inflater = Inflater(form) else {
      throw FileError(path, .other, "there is no memory to unpack it")
    }
    return inflater
  }

  /// The most bytes that may come out. Data of digits packs some ten to one; what grows to more than a
  /// hundred times its size, and is not small, only wants to fill the memory. Nothing is allocated for what
  /// a header claims beyond that.
  var mostBytes: Int {
    if inflater == nil { return packedSize }
    let most = max(ByteInput.smallSize, packedSize.multipliedReportingOverflow(by: 100).0)
    // Deflate packs 1032 to one at best.
    return min(most, claimed?.size ?? packedSize.multipliedReportingOverflow(by: 1032).0)
  }

  private static let smallSize = 256 << 20

  /// Fills `memory` as far as there are bytes, and says how far.
  func read(into memory: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    if let inflater {
      while filled < memory.count, !isOver { try inflate(inflater, memory, &filled) }
    } else {
      filled = min(memory.count, rest.count)
      let part = rest.lowerBound..<rest.lowerBound + filled
      try source.read(part, into: memory)
      rest = part.upperBound..<rest.upperBound
    }
    position += filled
    if claimed != nil { checksum.add(UnsafeRawBufferPointer(rebasing: memory[..<filled])) }
    return filled
  }

  /// As many of the next `count` bytes as there are. Grows with what comes, not with what is asked for.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let wanted = min(count - bytes.count, max(1 << 20, bytes.count))
      var failure: FileError?
      let part = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
        do throws(FileError) {
          filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if bytes.isEmpty { bytes = part } else { bytes += part }
      if part.count < wanted { break }
    }
    return bytes
  }

  /// Whether nothing is left. Reading on to the end also makes zlib compare its checksum.
  func isAtEnd() throws(FileError) -> Bool {
    guard try read(1).isEmpty else { return false }
    if let claimed, claimed != (position, checksum.value) {
      throw damaged("its size or checksum is not that of the archive's directory")
    }
    return true
  }

  private func inflate(
    _ inflater: Inflater, _ memory: UnsafeMutableRawBufferPointer, _ filled: inout Int
  ) throws(FileError) {
    if try isDrained() { throw damaged("it breaks off") }
    let answer = chunk.withUnsafeBytes { input in
      inflater.inflate(
        UnsafeRawBufferPointer(rebasing: input[taken...]), taken: &taken,
        to: UnsafeMutableRawBufferPointer(rebasing: memory[filled...]), given: &filled)
    }
    switch answer {
    case .more: break
    case .end: try endStream(inflater)
    case .damaged(let reason): throw damaged(reason)
    }
  }

  /// A .gz may hold several streams, one behind the other, and zeros behind the last, as tapes had them.
  private func endStream(_ inflater: Inflater) throws(FileError) {
    while true {
      if try isDrained() { break }
      guard isGzip else { throw damaged("more follows behind its end") }
      if chunk[taken] == 0x1F {
        inflater.reset()
        return
      }
      guard chunk[taken] == 0 else { throw damaged("something else follows behind its end") }
      taken += 1
    }
    isOver = true
  }

  /// Whether all stored bytes were taken; fetches the next ones where they are wanted.
  private func isDrained() throws(FileError) -> Bool {
    if taken < chunk.count { return false }
    let part = rest.prefix(ByteInput.chunkSize)
    if part.isEmpty { return true }
    chunk = try source.read(part)
    taken = 0
    rest = part.upperBound..<rest.upperBound
    return false
  }

  private func damaged(_ reason: String) -> FileError {
    let place = rest.lowerBound - (chunk.count - taken)
    return FileError(
      path, .malformed,
      "the packed data is damaged or cut off (\(reason)) near byte \(place); fetch it again")
  }
}
