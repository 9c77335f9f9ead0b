/// An open safetensors file: its header checked whole, its tensors read one at a time when asked for.
///
/// Nothing is mapped: a mapped file that another program cuts short would kill the process, where a read
/// that comes up short is an error.
public struct Safetensors: Sendable {
  /// Where it came from, for messages.
  public let path: String
  /// Its tensors and metadata.
  public let header: SafetensorsHeader
  private let source: Source
  private let dataStart: Int
  private let places: [String: Int]

  private enum Source: Sendable {
    case file(OpenFile)
    case memory([UInt8])
  }

  /// Opens and checks a file; of its tensors nothing is read yet.
  public init(path: String) throws(FileError) {
    try self.init(path, .file(try OpenFile(path)))
  }

  /// The same from bytes in memory; `name` stands for the path in messages.
  public init(bytes: [UInt8], name: String = "model") throws(FileError) {
    try self.init(name, .memory(bytes))
  }

  private init(_ path: String, _ source: Source) throws(FileError) {
    self.path = path
    self.source = source
    let size =
      switch source {
      case .file(let file): file.size
      case .memory(let bytes): bytes.count
      }
    do {
      let first = try Safetensors.read(source, 0..<min(8, size))
      let length = try SafetensorsHeader.length(first, fileSize: size)
      dataStart = 8 + length
      let json = try Safetensors.read(source, 8..<dataStart)
      header = try SafetensorsHeader(json: json, dataSize: size - dataStart)
    } catch let trouble as SafetensorsHeader.Trouble {
      throw FileError(
        path, .malformed, "it is not a safetensors file that can be used: \(trouble.reason)")
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(path, .other, "\(error)")
    }
    let indexed = header.entries.enumerated().map { ($1.name, $0) }
    places = Dictionary(indexed, uniquingKeysWith: { first, _ in first })
  }

  /// Names of the tensors, in the order of their data.
  public var names: [String] { header.entries.map(\.name) }
  /// The metadata.
  public var metadata: [String: String] { header.metadata }

  /// What the header says of a tensor, or nil.
  public subscript(name: String) -> SafetensorsHeader.Entry? {
    places[name].map { header.entries[$0] }
  }

  /// Names that a pattern (`*` and `?`) matches: for loading a part.
  public func names(matching pattern: NamePattern) -> [String] { names.filter(pattern.matches) }

  /// The bytes of a tensor, as stored.
  public func bytes(_ name: String) throws(FileError) -> [UInt8] {
    let range = try entry(name).range
    return try Safetensors.read(
      source, dataStart + range.lowerBound..<dataStart + range.upperBound)
  }

  /// A tensor as 32-bit floats, from any of the floating-point types of 16 bits and more.
  public func floats(_ name: String) throws(FileError) -> [Float] {
    let type = try entry(name).type
    let bytes = try bytes(name)
    switch type {
    case .float32: return bytes.elements(UInt32.self).map(Float.init(bitPattern:))
    case .float64: return bytes.elements(UInt64.self).map { Float(Double(bitPattern: $0)) }
    case .bfloat16:
      return bytes.elements(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    case .float16: return bytes.elements(UInt16.self).map(Float.init(half:))
    default: throw wrongType(name, type, "floating-point numbers")
    }
  }

  /// A tensor as 64-bit integers, from any of the signed types of 32 bits and more.
  public func integers(_ name: String) throws(FileError) -> [Int64] {
    let type = try entry(name).type
    let bytes = try bytes(name)
    switch type {
    case .int64: return bytes.elements(UInt64.self).map(Int64.init(bitPattern:))
    case .int32: return bytes.elements(UInt32.self).map { Int64(Int32(bitPattern: $0)) }
    default: throw wrongType(name, type, "integers")
    }
  }

  private func entry(_ name: String) throws(FileError) -> SafetensorsHeader.Entry {
    if let entry = self[name] { return entry }
    throw FileError(path, .malformed, "it has no tensor \"\(name)\"")
  }

  private func wrongType(_ name: String, _ type: StoredType, _ wanted: String) -> FileError {
    FileError(path, .malformed, "tensor \"\(name)\" is \(type.rawValue), not \(wanted)")
  }

  private static func read(_ source: Source, _ range: Range<Int>) throws(FileError) -> [UInt8] {
    switch source {
    case .file(let file): try file.read(range)
    case .memory(let bytes): Array(bytes[range])
    }
  }
}

extension [UInt8] {
  /// The bytes as elements, at whatever alignment they lie.
  fileprivate func elements<T: FixedWidthInteger>(_ type: T.Type) -> [T] {
    withUnsafeBytes { bytes in
      (0..<bytes.count / MemoryLayout<T>.size).map { index in
        T(
          littleEndian: bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
      }
    }
  }
}

extension Float {
  /// IEEE half precision, by hand: `Float16` is missing on x86-64 macOS.
  init(half: UInt16) {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0: self = Float(fraction) * 0x1p-24 * (sign == 0 ? 1 : -1)
    case 31: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
