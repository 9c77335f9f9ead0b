import Testing

@testable import DigitKit

/// A file with this header and so many bytes behind it.
private func file(_ json: String, data: Int = 8, length: Int? = nil) -> [UInt8] {
  file(Array(json.utf8), data: data, length: length)
}
private func file(_ json: [UInt8], data: Int = 8, length: Int? = nil) -> [UInt8] {
  let length = UInt64(length ?? json.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
    + [UInt8](repeating: 1, count: data)
}

/// A tensor of two floats.
private let a = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

private func entry(_ fields: String) -> [UInt8] { file(#"{"a":{\#(fields)}}"#) }

@Suite struct SafetensorsAttackTests {
  static let refused: [(String, [UInt8])] = [
    ("nothing", []),
    ("seven bytes", [1, 0, 0, 0, 0, 0, 0]),
    ("no header", file("", data: 0)),
    ("length 0", file("{\(a)}", length: 0)),
    ("length past the file", file("{\(a)}", length: 1000)),
    ("length over the limit", file("{\(a)}", length: 100_000_001)),
    ("length of 4 GB", file("{\(a)}", length: 1 << 32)),
    ("length of all bits", [UInt8](repeating: 255, count: 8) + Array("{}".utf8)),
    ("not UTF-8", file(Array("{\"".utf8) + [0xFF] + Array("\":{}}".utf8))),
    ("overlong UTF-8", file(Array("{\"".utf8) + [0xC0, 0x80] + Array("\":{}}".utf8))),
    ("not an object", file("[]", data: 0)),
    ("a string", file("\"a\"", data: 0)),
    ("space in front", file(" {\(a)}")),
    ("a byte order mark", file([0xEF, 0xBB, 0xBF] + Array("{\(a)}".utf8))),
    ("garbage behind", file("{\(a)}x")),
    ("NUL behind", file("{\(a)}\0")),
    ("a second object", file("{\(a)}{}")),
    ("no end", file("{\(a)")),
    ("a comma too many", file("{\(a),}")),
    ("a comma missing", file("{\(a) \"b\":{}}")),
    ("nested arrays", entry(#""x":"# + String(repeating: "[", count: 100_000))),
    ("nested objects", entry(#""x":"# + String(repeating: #"{"y":"#, count: 50_000))),
    ("duplicate tensors", file("{\(a),\(a)}")),
    ("duplicates by escapes", file("{\(a),\(a.replacing("\"a\"", with: "\"\\u0061\""))}")),
    ("duplicate fields", entry(#""dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]"#)),
    ("duplicate metadata", file(#"{"__metadata__":{"k":"1","k":"2"},\#(a)}"#)),
    ("two metadata", file(#"{"__metadata__":{},"__metadata__":{},\#(a)}"#)),
    (
      "duplicate in an unknown field",
      entry(#""dtype":"F32","shape":[2],"data_offsets":[0,8],"x":{"k":1,"k":2}"#)
    ),
    ("no dtype", entry(#""shape":[2],"data_offsets":[0,8]"#)),
    ("no shape", entry(#""dtype":"F32","data_offsets":[0,8]"#)),
    ("no offsets", entry(#""dtype":"F32","shape":[2]"#)),
    ("old offsets", entry(#""dtype":"F32","shape":[2],"offsets":[0,8]"#)),
    ("unknown dtype", entry(#""dtype":"F33","shape":[2],"data_offsets":[0,8]"#)),
    ("lower-case dtype", entry(#""dtype":"f32","shape":[2],"data_offsets":[0,8]"#)),
    ("dtype as number", entry(#""dtype":32,"shape":[2],"data_offsets":[0,8]"#)),
    ("negative shape", entry(#""dtype":"F32","shape":[-2],"data_offsets":[0,8]"#)),
    ("two negative sizes", entry(#""dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]"#)),
    ("fractional shape", entry(#""dtype":"F32","shape":[2.0],"data_offsets":[0,8]"#)),
    ("exponent", entry(#""dtype":"F32","shape":[2e0],"data_offsets":[0,8]"#)),
    ("leading zero", entry(#""dtype":"F32","shape":[02],"data_offsets":[0,8]"#)),
    ("shape as text", entry(#""dtype":"F32","shape":["2"],"data_offsets":[0,8]"#)),
    ("shape is null", entry(#""dtype":"F32","shape":null,"data_offsets":[0,8]"#)),
    (
      "size past 64 bits",
      entry(#""dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]"#)
    ),
    (
      "product overflows to 8 bytes",
      entry(#""dtype":"F32","shape":[4611686018427387904,4,2],"data_offsets":[0,8]"#)
    ),
    (
      "product overflows by dtype",
      entry(#""dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]"#)
    ),
    ("shape too small", entry(#""dtype":"F32","shape":[1],"data_offsets":[0,8]"#)),
    ("shape too large", entry(#""dtype":"F32","shape":[3],"data_offsets":[0,8]"#)),
    ("end before begin", entry(#""dtype":"F32","shape":[2],"data_offsets":[8,0]"#)),
    ("negative offset", entry(#""dtype":"F32","shape":[2],"data_offsets":[-8,0]"#)),
    ("one offset", entry(#""dtype":"F32","shape":[2],"data_offsets":[8]"#)),
    ("three offsets", entry(#""dtype":"F32","shape":[2],"data_offsets":[0,8,8]"#)),
    ("past the file", entry(#""dtype":"F32","shape":[4],"data_offsets":[0,16]"#)),
    (
      "far past the file",
      entry(#""dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]"#)
    ),
    ("not at 0", file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#)),
    ("bytes left over", file("{\(a)}", data: 9)),
    ("bytes missing", file("{\(a)}", data: 7)),
    ("data without a tensor", file("{}", data: 8)),
    ("the same range twice", file("{\(a),\(a.replacing("\"a\"", with: "\"b\""))}")),
    (
      "overlap",
      file(
        #"{\#(a),"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, data: 12)
    ),
    (
      "hole",
      file(#"{\#(a),"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}"#, data: 16)
    ),
    ("metadata number", file(#"{"__metadata__":{"k":1},\#(a)}"#)),
    ("metadata null", file(#"{"__metadata__":null,\#(a)}"#)),
    ("metadata nested", file(#"{"__metadata__":{"k":{"x":"y"}},\#(a)}"#)),
    ("newline in a string", file("{\"\n\":{}}", data: 0)),
    ("unknown escape", file(#"{"__metadata__":{"k":"\x"},\#(a)}"#)),
    ("half a surrogate", file(#"{"__metadata__":{"k":"\ud800"},\#(a)}"#)),
    ("wrong surrogate", file(#"{"__metadata__":{"k":"\ud800\u0041"},\#(a)}"#)),
    ("cut escape", file(#"{"__metadata__":{"k":"\u00"#, data: 0)),
    (
      "NaN in an unknown field",
      entry(#""dtype":"F32","shape":[2],"data_offsets":[0,8],"x":NaN"#)
    ),
  ]

  @Test(arguments: refused.map(\.0))
  func refuses(_ name: String) throws {
    let bytes = try #require(SafetensorsAttackTests.refused.first { $0.0 == name }).1
    let error = #expect(throws: FileError.self) { try Safetensors(bytes: bytes) }
    #expect(error?.kind == .malformed)
    #expect(error?.description.contains("\n") == false || name == "newline in a string")
  }

  static let accepted: [(String, [UInt8])] = [
    ("plain", file("{\(a)}")),
    ("no tensor", file("{}", data: 0)),
    ("a scalar", file(#"{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#)),
    ("no elements", file(#"{"b":{"dtype":"F32","shape":[0,9],"data_offsets":[8,8]},\#(a)}"#)),
    (
      "no elements of a huge shape",
      file(#"{"b":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[0,0]},\#(a)}"#)
    ),
    (
      "an unknown field",
      entry(
        #""dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[1,-2.5e-3,{"y":null},true,"\u00e9"]"#)
    ),
    ("odd length", file("{\(a)} ")),
    ("space behind", file("{\(a)}  \n\t")),
    ("NaN as data", file("{\(a)}".replacing("F32", with: "F32"))),
  ]

  @Test(arguments: accepted.map(\.0))
  func accepts(_ name: String) throws {
    let bytes = try #require(SafetensorsAttackTests.accepted.first { $0.0 == name }).1
    _ = try Safetensors(bytes: bytes)
  }

  @Test func everyTruncationIsRefused() throws {
    let good = try read(Golden.path("safetensors/model.safetensors"))
    for length in 0..<good.count {
      #expect(throws: FileError.self, "\(length) bytes") {
        try Safetensors(bytes: Array(good.prefix(length)))
      }
    }
  }

  /// Damaged files on which the reference has given its verdict. What it refuses, we refuse; what it takes
  /// and we refuse is what the rules mean to: a key that is there twice, space before the header.
  @Test func agreesWithTheReferenceOnDamage() throws {
    let text = String(decoding: try read(Golden.path("safetensors/verdicts.txt")), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let digits = words[0].utf8.map { Character(Unicode.Scalar($0)).hexDigitValue ?? 0 }
      let bytes = stride(from: 0, to: digits.count, by: 2).map {
        UInt8(16 * digits[$0] + digits[$0 + 1])
      }
      do {
        _ = try Safetensors(bytes: bytes)
        #expect(words[1] == "taken", "\(line)")
      } catch {
        let isStricter = error.reason.contains("twice") || error.reason.contains("begin with")
        #expect(words[1] == "refused" || isStricter, "\(error.reason): \(line)")
      }
    }
  }

  /// What gets past the checks can be read whole; nothing traps.
  @Test(arguments: 0..<4 as Range<UInt64>)
  func mutationsAreRefusedOrReadable(_ seed: UInt64) throws {
    let names = ["model", "types"]
    let good = try names.map { try read(Golden.path("safetensors/\($0).safetensors")) }
    var random = RandomStream(Philox(seed: seed, stream: Philox.stream(.test)))
    let alphabet = Array(#"{}[]":,\0189-.eEu "#.utf8)
    for round in 0..<3000 {
      var bytes = good[round % 2]
      for _ in 0...random.below(3) {
        let place = Int(random.below(UInt32(bytes.count)))
        switch random.below(5) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = alphabet[Int(random.below(UInt32(alphabet.count)))]
        case 2: bytes.insert(alphabet[Int(random.below(UInt32(alphabet.count)))], at: place)
        case 3: bytes.remove(at: place)
        default:
          let other = Int(random.below(UInt32(bytes.count)))
          bytes.swapAt(place, other)
        }
      }
      guard let file = try? Safetensors(bytes: bytes) else { continue }
      for name in file.names {
        let entry = try #require(file[name])
        let stored = try file.bytes(name)
        #expect(stored.count == entry.range.count)
        _ = try? file.floats(name)
        _ = try? file.integers(name)
      }
    }
  }
}
