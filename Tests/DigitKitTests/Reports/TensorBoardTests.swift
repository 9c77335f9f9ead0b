import Testing

@testable import DigitKit

@Suite struct TensorBoardTests {
  private static let time = 1_700_000_000.25

  /// What `Tests/Golden/events.py` stores.
  private static let events: [(step: Int, summary: EventSummary)] = [
    (0, .text("run", "| seed | ż |")),
    (50, .scalar("loss/training", 0.625)),
    (300, .scalar("accuracy/validation", -1.5)),
    (
      1 << 40,
      .picture(
        "filters/conv1",
        EncodedPicture(width: 200, height: 3, channels: 1, png: [0x89, 0x50, 0x4E, 0x47, 0]))
    ),
  ]

  @Test func checksums() {
    // RFC 3720, appendix B.4, and the usual nine digits.
    #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.of((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    #expect(CRC32C.of([]) == 0)
  }

  @Test func bytesAreTensorBoardsOwn() throws {
    let written = Self.events.reduce(EventFile.version(time: Self.time)) { bytes, event in
      bytes + EventFile.record(event.summary, step: event.step, time: Self.time)
    }
    #expect(written == (try read(Golden.path("events.tfevents"))))
  }

  @Test func eventsAfterAStepAreTakenBack() throws {
    let whole = try read(Golden.path("events.tfevents"))
    let ends = RecordFrame.records(whole).map(\.end)
    #expect(ends.count == 5)
    #expect(EventFile.bytesToKeep(whole, upTo: 0) == ends[1])
    #expect(EventFile.bytesToKeep(whole, upTo: 50) == ends[2])
    #expect(EventFile.bytesToKeep(whole, upTo: 299) == ends[2])
    #expect(EventFile.bytesToKeep(whole, upTo: .max) == whole.count)
  }

  @Test func damageEndsWhatIsKept() throws {
    let whole = try read(Golden.path("events.tfevents"))
    let ends = [0] + RecordFrame.records(whole).map(\.end)
    for length in 0...whole.count {
      let kept = EventFile.bytesToKeep(Array(whole.prefix(length)), upTo: .max)
      #expect(kept == ends.last { $0 <= length })
    }
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x10
      // All records before the damaged one, no other.
      #expect(EventFile.bytesToKeep(bytes, upTo: .max) == ends.last { $0 <= place })
    }
  }

  @Test func numbersOfALine() {
    var progress = TrainingProgress(seed: 1)
    progress.update = 7
    var record = RunRecord(.validation, progress)
    record.loss = 0.5
    #expect(EventSummary.of(record) == [.scalar("loss/validation", 0.5)])
    #expect(EventSummary.of(RunRecord(.stopped, progress)) == [])
  }
}
