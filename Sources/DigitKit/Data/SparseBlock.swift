#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Room for more bytes than there is memory, of which only some are there at a time: the system gives a page when it
/// is written, and takes it back when it is forgotten. What stays are the entries of its page table, a byte for 512.
final class SparseBlock {
  let bytes: UnsafeMutableRawBufferPointer

  /// `name` is what an error speaks of.
  init(_ count: Int, for name: String) throws(FileError) {
    let flags = MAP_ANONYMOUS | MAP_NORESERVE
    let memory = try ByteBlock.map(count, PROT_READ | PROT_WRITE, flags, -1, name)
    bytes = UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  /// Gives back the pages that hold any of these bytes; what is in them is lost, their neighbours' too.
  func forget(_ range: Range<Int>) {
    guard let memory = bytes.baseAddress, !range.isEmpty else { return }
    let page = Int(getpagesize())
    let first = range.lowerBound / page * page
    #if canImport(Darwin)
      let advice = MADV_FREE
    #else
      let advice = MADV_DONTNEED
    #endif
    // Where the system does not take them, they only stay longer.
    _ = madvise(memory + first, range.upperBound - first, advice)
  }
}
