#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Zeroed memory that begins at a multiple of 64 bytes.
///
/// Much of it may never be written: a plan for 64 pictures that is given one. So its zeros are asked of the system, which
/// gives a page when it is first touched, instead of being written here.
final class Block: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  private let allocation: UnsafeMutableRawPointer

  init(bytes: Int) {
    byteCount = bytes
    guard let allocation = calloc(1, max(64, bytes) + Self.alignment) else {
      fatalError("no memory for \(bytes) bytes")
    }
    self.allocation = allocation
    pointer = allocation.alignedUp(toMultipleOf: Self.alignment)
  }

  deinit { free(allocation) }

  var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: pointer.assumingMemoryBound(to: Float.self), count: byteCount / 4)
  }

  func copy(from other: Block) {
    pointer.copyMemory(from: other.pointer, byteCount: min(byteCount, other.byteCount))
  }

  private static let alignment = 64
}
