extension Safetensors {
  /// Writes tensors and metadata to `path`, whole or not at all.
  public static func write(
    _ tensors: [StoredTensor], metadata: [String: String] = [:], to path: String
  ) throws {
    let (tensors, header) = try layout(tensors, metadata, path)
    try AtomicFile.write(to: path) { file in
      try header.withUnsafeBytes { try file.append($0) }
      for tensor in tensors { try tensor.withBytes { try file.append($0) } }
    }
  }

  /// The same in memory.
  public static func encode(
    _ tensors: [StoredTensor], metadata: [String: String] = [:]
  ) throws(FileError) -> [UInt8] {
    let (tensors, header) = try layout(tensors, metadata, "safetensors")
    return tensors.reduce(into: header) { bytes, tensor in tensor.withBytes { bytes += $0 } }
  }

  /// The tensors as the reference sorts them (widest elements first, so that all are aligned; then by
  /// name), and everything before their data.
  private static func layout(
    _ tensors: [StoredTensor], _ metadata: [String: String], _ path: String
  ) throws(FileError) -> (tensors: [StoredTensor], header: [UInt8]) {
    let sorted = tensors.sorted { ($1.type.size, $0.name) < ($0.type.size, $1.name) }
    var names: Set<String> = ["__metadata__"]
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
      parts.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
    }
    var offset = 0
    for tensor in sorted {
      guard names.insert(tensor.name).inserted else {
        throw FileError(path, .other, "two tensors would be called \"\(tensor.name)\"")
      }
      guard tensor.shape.allSatisfy({ $0 >= 0 }),
        ImageSet.product(tensor.shape) == tensor.count
      else {
        throw FileError(
          path, .other,
          "tensor \"\(tensor.name)\" of shape \(tensor.shape) has \(tensor.count) elements")
      }
      let end = offset + tensor.count * tensor.type.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append(
        JSONText.quoted(tensor.name)
          + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array(("{" + parts.joined(separator: ",") + "}").utf8)
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
    return (sorted, length + json)
  }
}

/// Text as JSON has it.
enum JSONText {
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
