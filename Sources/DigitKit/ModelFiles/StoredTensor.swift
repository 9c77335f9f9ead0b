/// How a tensor's elements are stored in a file.
public enum StoredType: String, Sendable, CaseIterable, Codable {
  /// Yes or no, a byte each.
  case bool = "BOOL"
  /// Whole numbers of 8 bits without a sign.
  case uint8 = "U8"
  /// Whole numbers of 8 bits.
  case int8 = "I8"
  /// Numbers of 8 bits: 5 of the exponent, 2 of the fraction.
  case float8E5M2 = "F8_E5M2"
  /// Numbers of 8 bits: 4 of the exponent, 3 of the fraction.
  case float8E4M3 = "F8_E4M3"
  /// Whole numbers of 16 bits.
  case int16 = "I16"
  /// Whole numbers of 16 bits without a sign.
  case uint16 = "U16"
  /// Numbers of 16 bits, IEEE 754's half precision.
  case float16 = "F16"
  /// Numbers of 16 bits: the upper half of `float32`.
  case bfloat16 = "BF16"
  /// Whole numbers of 32 bits.
  case int32 = "I32"
  /// Whole numbers of 32 bits without a sign.
  case uint32 = "U32"
  /// Numbers of 32 bits, IEEE 754's single precision.
  case float32 = "F32"
  /// Whole numbers of 64 bits.
  case int64 = "I64"
  /// Whole numbers of 64 bits without a sign.
  case uint64 = "U64"
  /// Numbers of 64 bits, IEEE 754's double precision.
  case float64 = "F64"
  /// Complex numbers: two `float32`.
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
