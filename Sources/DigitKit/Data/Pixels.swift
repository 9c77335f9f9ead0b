#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a set's pictures: an array, or memory that lies elsewhere, such as a mapped file. Copies of
/// the value share them.
///
/// A collection of bytes, so `Array(pixels)` copies them all; `withUnsafeBytes` lends them as they are.
public struct Pixels: Sendable, Equatable, RandomAccessCollection {
  private enum Storage: Sendable {
    case array([UInt8])
    case block(ByteBlock, first: Int)
  }

  private let storage: Storage
  /// How many bytes.
  public let count: Int

  /// Those of an array.
  public init(_ bytes: [UInt8]) {
    storage = .array(bytes)
    count = bytes.count
  }

  /// The bytes `range` of a block.
  init(_ block: ByteBlock, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= block.bytes.count)
    storage = .block(block, first: range.lowerBound)
    count = range.count
  }

  /// A whole block.
  init(_ block: ByteBlock) { self.init(block, 0..<block.bytes.count) }

  /// 0
  public var startIndex: Int { 0 }
  /// `count`
  public var endIndex: Int { count }

  /// One byte.
  public subscript(place: Int) -> UInt8 {
    switch storage {
    case .array(let bytes): return bytes[place]
    case .block(let block, let first):
      precondition(place >= 0 && place < count, "there is no byte \(place)")
      return block.bytes[first + place]
    }
  }

  /// Lends all bytes, where they lie.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch storage {
    case .array(let bytes): return try bytes.withUnsafeBytes(body)
    case .block(let block, let first):
      return try withExtendedLifetime(block) {
        try body(UnsafeRawBufferPointer(rebasing: block.bytes[first..<first + count]))
      }
    }
  }

  /// Lends all bytes, where they lie.
  public func withUnsafeBufferPointer<R>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> R
  ) rethrows -> R {
    try withUnsafeBytes { try body($0.bindMemory(to: UInt8.self)) }
  }

  /// Makes copies and searches as fast as those of an array.
  public func withContiguousStorageIfAvailable<R>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> R
  ) rethrows -> R? {
    try withUnsafeBufferPointer(body)
  }

  /// The bytes of a range: a part of the array without a copy, or a copy of what lies elsewhere.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    switch storage {
    case .array(let bytes): bytes[range]
    case .block: withUnsafeBytes { Array($0[range]) }[...]
    }
  }

  /// Whether the bytes are the same, wherever they lie.
  public static func == (left: Pixels, right: Pixels) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return first == second || memcmp(first, second, left.count) == 0
      }
    }
  }
}
