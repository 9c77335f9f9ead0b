import CZlib

/// zlib's packing of one stream, a piece at a time. The same bytes give the same stream: no time is stored.
final class Deflater {
  enum Form {
    /// With gzip's header and checksum.
    case gzip
    /// The bare stream, as zip archives hold it.
    case bare
  }

  /// Its own memory, since zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var room = [UInt8](repeating: 0, count: 1 << 16)

  init(_ form: Form) {
    stream.initialize(to: z_stream())
    let window: Int32 = form == .gzip ? 15 + 16 : -15
    let code = deflateInit2_(
      stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "zlib has no memory")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Packs `bytes`, and hands on what has become ready.
  func add(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool,
    to output: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = bytes
    repeat {
      // zlib counts in 32 bits.
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: part.bindMemory(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(part.count)
      try run(isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH, output)
    } while !rest.isEmpty
  }

  private func run(_ flush: Int32, _ output: (UnsafeRawBufferPointer) throws -> Void) throws {
    repeat {
      let count = room.withUnsafeMutableBufferPointer { room in
        stream.pointee.next_out = room.baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        deflate(stream, flush)
        return room.count - Int(stream.pointee.avail_out)
      }
      try room.withUnsafeBytes { try output(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    } while stream.pointee.avail_out == 0
  }
}
