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
    case constant(ConstantBytes)
  }

  /// Bytes that are there as long as the program runs: they need not be copied.
  struct ConstantBytes: @unchecked Sendable {
    let all: UnsafeRawBufferPointer
  }

  /// Opens and checks a file; of its tensors nothing is read yet.
  public init(path: String) throws(FileError) {
    try self.init(path, .file(try OpenFile(path)))
  }

  /// The same from bytes in memory; `name` stands for the path in messages.
  public init(bytes: [UInt8], name: String = "model") throws(FileError) {
    try self.init(name, .memory(bytes))
  }

  /// The same from bytes within the program.
  init(_ bytes: ConstantBytes, name: String) throws(FileError) {
    try self.init(name, .constant(bytes))
  }

  private init(_ path: String, _ source: Source) throws(FileError) {
    self.path = path
    self.source = source
    let size =
      switch source {
      case .file(let file): file.size
      case .memory(let bytes): bytes.count
      case .constant(let bytes): bytes.all.count
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
    try withBytes(name) { Array($0) }
  }

  /// The bytes of a tensor where they lie, or from a file for as long as the call takes.
  func withBytes<R>(_ name: String, _ body: (UnsafeRawBufferPointer) -> R) throws(FileError) -> R {
    let range = try entry(name).range
    let place = dataStart + range.lowerBound..<dataStart + range.upperBound
    switch source {
    case .file(let file): return try file.read(place).withUnsafeBytes(body)
    case .memory(let bytes):
      return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[place])) }
    case .constant(let bytes): return body(UnsafeRawBufferPointer(rebasing: bytes.all[place]))
    }
  }

  /// A tensor as 32-bit floats, from any of the floating-point types of 16 bits and more.
  public func floats(_ name: String) throws(FileError) -> [Float] {
    let type = try entry(name).type
    let floats: [Float]? = try withBytes(name) { bytes in
      switch type {
      case .float32: bytes.elements { Float(bitPattern: $0) }
      case .float64: bytes.elements { Float(Double(bitPattern: $0)) }
      case .bfloat16: bytes.elements { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
      case .float16: bytes.elements { Float(half: $0) }
      default: nil
      }
    }
    if let floats { return floats }
    throw wrongType(name, type, "floating-point numbers")
  }

  /// The same where they lie, if they lie in memory as they are used; no copy then.
  func withFloats<R>(
    _ name: String, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) throws -> R {
    let isUsable = try entry(name).type == .float32 && UInt32(1).littleEndian == 1
    let found: Result<R, any Error>? = try withBytes(name) { bytes in
      let address = UInt(bitPattern: bytes.baseAddress)
      guard isUsable, address % UInt(MemoryLayout<Float>.alignment) == 0 else { return nil }
      return Result { try body(bytes.bindMemory(to: Float.self)) }
    }
    if let found { return try found.get() }
    return try floats(name).withUnsafeBufferPointer(body)
  }

  /// A tensor as 64-bit integers, from any of the signed types of 32 bits and more.
  public func integers(_ name: String) throws(FileError) -> [Int64] {
    let type = try entry(name).type
    let integers: [Int64]? = try withBytes(name) { bytes in
      switch type {
      case .int64: bytes.elements { Int64(bitPattern: $0) }
      case .int32: bytes.elements { Int64(Int32(bitPattern: $0)) }
      default: nil
      }
    }
    if let integers { return integers }
    throw wrongType(name, type, "integers")
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
    case .constant(let bytes): Array(bytes.all[range])
    }
  }
}

extension UnsafeRawBufferPointer {
  /// What each little-endian element means, at whatever alignment they lie.
  fileprivate func elements<T: FixedWidthInteger, R>(_ meaning: (T) -> R) -> [R] {
    let size = MemoryLayout<T>.size
    return [R](unsafeUninitializedCapacity: count / size) { elements, initialised in
      for index in 0..<count / size {
        let element = loadUnaligned(fromByteOffset: index * size, as: T.self)
        (elements.baseAddress! + index).initialize(to: meaning(T(littleEndian: element)))
      }
      initialised = count / size
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
