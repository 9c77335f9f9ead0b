import Testing

@testable import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Digits that are drawn as they are needed.
@Suite struct DrawnDigitsTests {
  private func window(_ count: Int, threads: Int = 2) throws -> DrawnWindow {
    try DrawnWindow(DrawnDigits(Synth(seed: 4, side: 16), count: count), threads: threads)
  }

  private func picture(_ number: Int, of window: DrawnWindow) -> [UInt8] {
    Array(window.pixels.bytes[number * 256..<(number + 1) * 256])
  }

  private func label(_ number: Int, of window: DrawnWindow) -> Int {
    Int(window.labels.bytes.loadUnaligned(fromByteOffset: 4 * number, as: Int32.self))
  }

  /// Of a set that would take 25 GB, in an order that jumps.
  @Test func aBatchNeedsNoOtherPictures() throws {
    let window = try window(100_000_000)
    let synth = try Synth(seed: 4, side: 16)
    for numbers in [[99_999_999, 50_000_000, 3], [3, 4, 5, 6], [70_000_000]] {
      window.hold(numbers)
      for number in numbers {
        #expect(picture(number, of: window) == (try synth.picture(number).bytes))
        #expect(label(number, of: window) == (try synth.label(number)))
      }
    }
    #expect(window.pictureArray.items == 100_000_000 && window.labelArray.items == 100_000_000)
  }

  @Test func whatIsBehindTakesNoMemory() throws {
    let window = try window(2_000)
    for first in stride(from: 0, to: 2_000, by: 100) {
      window.hold(Array(first..<first + 100))
      // 100 pictures of 256 bytes begin and end within a page.
      #expect(residentBytes(window.pixels) <= 100 * 256 + 2 * Int(getpagesize()))
      #expect(residentBytes(window.labels) <= 2 * Int(getpagesize()))
    }
    #expect(picture(0, of: window).allSatisfy { $0 == 0 })
  }

  private func residentBytes(_ block: SparseBlock) -> Int {
    let page = Int(getpagesize())
    var pages = [UInt8](repeating: 0, count: (block.bytes.count + page - 1) / page)
    #expect(mincore(block.bytes.baseAddress, block.bytes.count, &pages) == 0)
    return pages.count { $0 & 1 == 1 } * page
  }

  private func configuration(_ epochs: Int, seed: UInt64 = 3) throws -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.seed = seed
    configuration.batchSize = 24
    configuration.budget = Budget(epochs: epochs)
    configuration.sampling = .inOrder
    configuration.accumulation = Accumulation(batches: 2)
    configuration.augmentation = try Augmentation(parsing: "rotate=10,shift=2")
    return configuration
  }

  /// Augmentation, dropout and labels depend on where a picture lies in the set: all of it must agree.
  @Test(arguments: [1, 2]) func theSameBitsAsOfASetThatIsHeld(threads: Int) throws {
    let synth = try Synth(seed: 9)
    let model = try Zoo.model("lenet5-dropout")
    let held = try Trainer(
      model, configuration(2), training: synth.images(count: 100), threads: 2
    ).run()
    let drawn = try Trainer(
      model, configuration(2), training: DrawnDigits(synth, count: 100), threads: threads
    ).run()
    #expect(drawn.parameters.bits == held.parameters.bits)
    let other = try Trainer(
      model, configuration(2), training: DrawnDigits(Synth(seed: 10), count: 100)
    ).run()
    #expect(other.parameters.bits != held.parameters.bits)
  }

  @Test func statisticsOfAnAverageAreTakenFromThemToo() throws {
    let model = try Model(Input(28, 28), name: "normed") {
      Flatten()
      Dense(units: 10)
      BatchNorm()
    }
    var configuration = try configuration(2)
    configuration.accumulation = Accumulation()
    configuration.average = .stochastic(start: 2, every: 1)
    let synth = try Synth(seed: 9)
    let held = try Trainer(model, configuration, training: synth.images(count: 90)).run()
    let drawn = try Trainer(model, configuration, training: DrawnDigits(synth, count: 90)).run()
    #expect(drawn.parameters.bits == held.parameters.bits)
  }

  @Test func whatDoesNotGoWithThemIsALine() throws {
    let digits = try DrawnDigits(Synth(seed: 1), count: 50)
    #expect(throws: DataError.self) { try DrawnDigits(Synth(seed: 1), count: 0) }
    #expect(throws: DataError.self) { try DrawnDigits(Synth(seed: 1), count: 1 << 31) }
    func message(_ model: Model, _ sampling: Sampling) -> String {
      var configuration = TrainingConfiguration()
      configuration.sampling = sampling
      do {
        _ = try Trainer(model, configuration, training: digits)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message(try Zoo.model("softmax"), .shuffled).contains(".inOrder"))
    #expect(message(try Zoo.model("softmax", classes: 9), .inOrder).contains("ten classes"))
    #expect(message(try oddSize(), .inOrder).contains("Synth its side"))
    #expect(message(try Zoo.model("softmax"), .inOrder).isEmpty)
  }

  private func oddSize() throws -> Model {
    try Model(Input(32, 32), name: "odd") {
      Flatten()
      Dense(units: 10)
    }
  }

  @Test(arguments: [true, false]) func batchesThatAreCountedAreThoseInOrder(dropsLast: Bool) throws
  {
    let counted = Batches(counting: 25, size: 10, dropsLast: dropsLast)
    let listed = try Batches(
      of: Array(0..<25), size: 10, seed: 1, epoch: 0, shuffled: false, dropsLast: dropsLast)
    #expect(counted.order == listed.order && counted.count == listed.count)
    for batch in 0..<counted.count { #expect(Array(counted[batch]) == Array(listed[batch])) }
    #expect(counted.count == (dropsLast ? 2 : 3))
  }

  @Test func thePeakIsReadFromWhatTheSystemSays() {
    #expect(PeakMemory.read("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t   12345 kB\n") == 12345 * 1024)
    #expect(PeakMemory.read("Name:\tx\n") == nil)
    #expect(PeakMemory.read("VmHWM: many kB") == nil)
  }
}
