import CZlib

/// zlib's inflation of one stream, a piece at a time.
final class Inflater {
  enum Form {
    /// With gzip's header and checksum.
    case gzip
    /// The bare stream, as zip archives hold it.
    case bare
  }

  enum Answer {
    /// More can come in or go out.
    case more
    /// The stream ended, and its checksum, if it has one, was right.
    case end
    /// What zlib has against it.
    case damaged(String)
  }

  /// Its own memory, since zlib keeps its address.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  /// Nil when zlib gets no memory.
  init?(_ form: Form) {
    stream.initialize(to: z_stream())
    let window = form == .gzip ? 15 + 16 : -15
    let code = inflateInit2_(
      stream, Int32(window), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    if code != Z_OK { return nil }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates from `input` to `output`; adds how much was taken and given to the counts.
  func inflate(
    _ input: UnsafeRawBufferPointer, taken: inout Int, to output: UnsafeMutableRawBufferPointer,
    given: inout Int
  ) -> Answer {
    let inputs = min(input.count, 1 << 30)
    let outputs = min(output.count, 1 << 30)
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(inputs)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(outputs)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    taken += inputs - Int(stream.pointee.avail_in)
    given += outputs - Int(stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: return .more
    case Z_STREAM_END: return .end
    default:
      return .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)")
    }
  }

  /// Makes ready for another stream.
  func reset() { inflateReset(stream) }
}
