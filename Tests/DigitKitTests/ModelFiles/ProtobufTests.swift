import Testing

@testable import DigitKit

@Suite struct ProtobufTests {
  @Test func examplesOfTheSpecification() {
    var writer = ProtobufWriter()
    writer.integer(1, 150)
    #expect(writer.bytes == [0x08, 0x96, 0x01])
    writer = ProtobufWriter()
    writer.string(2, "testing")
    #expect(writer.bytes == [0x12, 0x07] + Array("testing".utf8))
    writer = ProtobufWriter()
    writer.message(3) { $0.integer(1, 150) }
    #expect(writer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
    writer = ProtobufWriter()
    writer.packed(6, [3, 270, 86942] as [Int64])
    #expect(writer.bytes == [0x32, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05])
    writer = ProtobufWriter()
    writer.integer(1, -2)
    #expect(writer.bytes == [0x08, 0xFE] + [UInt8](repeating: 0xFF, count: 8) + [0x01])
  }

  private static var sample: [UInt8] {
    var writer = ProtobufWriter()
    writer.integer(1, Int64.min)
    writer.double(2, 0.1)
    writer.float(300, -1.5)
    writer.data(4, [1, 2, 3])
    writer.packed(5, [1, .infinity] as [Float])
    writer.message(6) { $0.string(1, "ż") }
    return writer.bytes
  }

  @Test func readsWhatItWrites() throws {
    let fields = try ProtobufReader.fields(Self.sample[...])
    #expect(fields.map(\.number) == [1, 2, 300, 4, 5, 6])
    #expect(fields[0].value.integer == .min)
    #expect(fields[1].value.double == 0.1)
    #expect(fields[2].value.float == -1.5)
    #expect(fields[3].value.bytes == [1, 2, 3])
    #expect(fields[4].value.bytes?.count == 8)
    let inner = try ProtobufReader.fields(try #require(fields[5].value.bytes))
    #expect(inner[0].value.string == "ż")
    #expect(inner[0].value.integer == nil)
  }

  @Test func refusesWhatCannotBe() {
    let bad: [[UInt8]] = [
      [0x08], [0x08, 0x80], [0x0D, 1, 2, 3], [0x09, 1, 2, 3, 4, 5, 6, 7], [0x12, 0x05, 1],
      [0x00, 0x01], [0x0B], [0x0F, 0x00], [0x08] + [UInt8](repeating: 0x80, count: 9) + [0x02],
      [0x08] + [UInt8](repeating: 0xFF, count: 11),
      [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ]
    for bytes in bad {
      #expect(throws: ProtobufReader.Trouble.self) { try ProtobufReader.fields(bytes[...]) }
    }
  }

  @Test func anyDamageIsAnErrorOrAnotherMessage() {
    let whole = Self.sample
    for length in whole.indices { _ = try? ProtobufReader.fields(whole[..<length]) }
    for place in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << UInt8(bit)
        // Whatever it reads is no more than what was there.
        let fields = (try? ProtobufReader.fields(bytes[...])) ?? []
        #expect(fields.reduce(0) { $0 + ($1.value.bytes?.count ?? 0) } <= bytes.count)
      }
    }
  }
}
