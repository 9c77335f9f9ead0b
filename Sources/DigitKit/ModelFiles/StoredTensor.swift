/// How a tensor's elements are stored in a file.
public enum StoredType: String, Sendable, CaseIterable, Codable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case int64 = "I64"
  case uint64 = "U64"
  case float64 = "F64"
  case complex64 = "C64"

  /// Bytes of an element.
  public var size: Int {
    switch self {
    case .bool, .uint8, .int8, .float8E5M2, .float8E4M3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64, .complex64: 8
    }
  }
}

/// A named array to be written to a file: row-major, shape as PyTorch has it.
public struct StoredTensor: Sendable, Equatable {
  /// The elements.
  public enum Values: Sendable, Equatable {
    /// 32-bit numbers.
    case floats([Float])
    /// 64-bit integers: counters, `num_batches_tracked`.
    case integers([Int64])
    /// 8-bit values.
    case bytes([UInt8])
  }

  /// Its name: for weights, that in PyTorch's state dictionary.
  public var name: String
  /// Sizes of its axes; none for a scalar.
  public var shape: [Int]
  /// The elements.
  public var values: Values

  /// A tensor; its shape is checked when it is written.
  public init(_ name: String, _ shape: [Int], _ values: Values) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  /// Float elements.
  public init(_ name: String, _ shape: [Int], _ floats: [Float]) {
    self.init(name, shape, .floats(floats))
  }

  /// How the elements are stored.
  public var type: StoredType {
    switch values {
    case .floats: .float32
    case .integers: .int64
    case .bytes: .uint8
    }
  }

  /// How many elements there are.
  public var count: Int {
    switch values {
    case .floats(let values): values.count
    case .integers(let values): values.count
    case .bytes(let values): values.count
    }
  }

  /// The elements as a file has them. Every processor Swift runs on is little-endian, as files are.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    switch values {
    case .floats(let values): try values.withUnsafeBytes(body)
    case .integers(let values): try values.withUnsafeBytes(body)
    case .bytes(let values): try values.withUnsafeBytes(body)
    }
  }
}

extension Checksum {
  /// The sum of all tensors, in the order of their names.
  static func of(_ tensors: [StoredTensor]) -> String {
    var sum = Checksum()
    for tensor in tensors.sorted(by: { $0.name < $1.name }) { tensor.withBytes { sum.add($0) } }
    return sum.text
  }
}
