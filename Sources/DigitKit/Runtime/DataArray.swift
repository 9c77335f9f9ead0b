/// Data in memory, item behind item: pictures, labels or targets. It is only read.
public final class DataArray: @unchecked Sendable {
  /// How many items.
  public let items: Int
  /// Numbers of one item.
  public let valuesPerItem: Int
  let type: ElementType
  let pointer: UnsafeRawPointer
  private let owner: AnyObject?
  private let allocated: UnsafeMutableRawPointer?

  /// Pictures of bytes.
  public convenience init(bytes: [UInt8], valuesPerItem: Int) {
    self.init(copying: bytes, .bytes, valuesPerItem)
  }

  /// Numbers: pictures or targets.
  public convenience init(floats: [Float], valuesPerItem: Int) {
    self.init(copying: floats, .floats, valuesPerItem)
  }

  /// Labels.
  public convenience init(labels: [Int32]) { self.init(copying: labels, .integers, 1) }

  /// Bytes that lie elsewhere, in a mapped file say, for as long as `owner` lives.
  public convenience init(bytes: UnsafeRawBufferPointer, valuesPerItem: Int, owner: AnyObject) {
    self.init(lent: bytes, .bytes, valuesPerItem, size: 1, owner)
  }

  /// Labels (`Int32`) that lie elsewhere, for as long as `owner` lives.
  convenience init(labels: UnsafeRawBufferPointer, owner: AnyObject) {
    self.init(lent: labels, .integers, 1, size: MemoryLayout<Int32>.size, owner)
  }

  private init(
    lent bytes: UnsafeRawBufferPointer, _ type: ElementType, _ valuesPerItem: Int, size: Int,
    _ owner: AnyObject
  ) {
    self.type = type
    self.valuesPerItem = max(1, valuesPerItem)
    items = bytes.count / (size * max(1, valuesPerItem))
    self.owner = owner
    // An empty buffer has no address: any will do, since nothing is read from it.
    allocated = bytes.baseAddress == nil ? .allocate(byteCount: 64, alignment: 64) : nil
    pointer =
      bytes.baseAddress ?? UnsafeRawPointer(allocated ?? .allocate(byteCount: 64, alignment: 64))
  }

  private init<T>(copying values: [T], _ type: ElementType, _ valuesPerItem: Int) {
    let bytes = values.count * MemoryLayout<T>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, bytes), alignment: 64)
    values.withUnsafeBytes { from in
      if let base = from.baseAddress { memory.copyMemory(from: base, byteCount: bytes) }
    }
    self.type = type
    self.valuesPerItem = max(1, valuesPerItem)
    items = values.count / max(1, valuesPerItem)
    pointer = UnsafeRawPointer(memory)
    owner = nil
    allocated = memory
  }

  deinit { allocated?.deallocate() }
}
