import Testing
import ckernels

@testable import DigitKit

@Suite struct EngineTests {
  @Test func versionIsThatOfTheHeader() {
    #expect(
      Engine.version == "\(CK_VERSION_MAJOR).\(CK_VERSION_MINOR).\(CK_VERSION_PATCH)")
  }

  @Test func plainSetComesFirstAndIsAlwaysThere() {
    let sets = Engine.instructionSets
    #expect(sets.first == Engine.InstructionSet(name: "ref", isAvailable: true))
    #expect(Set(sets.map(\.name)).count == sets.count)
  }

  @Test func chosenSetIsOneThisProcessorRuns() throws {
    let chosen = try Engine.chosenInstructionSet()
    #expect(Engine.instructionSets.contains { $0.name == chosen && $0.isAvailable })
  }

  @Test func thereIsAThread() {
    #expect(Engine.defaultThreads >= 1)
    if !Engine.hasOpenMP { #expect(Engine.defaultThreads == 1) }
  }

  /// One 2x2 picture, a 2x2 kernel: 1*5 + 2*6 + 3*7 + 4*8 + 0.5.
  @Test func convolutionByHand() throws {
    let shape = ConvolutionShape(height: 2, width: 2, inChannels: 1, outChannels: 1, kernel: 2)
    for set in Engine.instructionSets where set.isAvailable {
      let y = try Engine.convolution(
        [1, 2, 3, 4], weights: [5, 6, 7, 8], bias: [0.5], shape, instructionSet: set.name)
      #expect(y == [70.5], "\(set.name)")
    }
  }

  @Test func wrongCountIsAnErrorThatNamesIt() {
    let shape = ConvolutionShape(height: 2, width: 2, inChannels: 1, outChannels: 1, kernel: 2)
    #expect(throws: EngineError(message: "x must hold 4 values, not 3")) {
      try Engine.convolution([1, 2, 3], weights: [5, 6, 7, 8], bias: [0], shape)
    }
  }

  @Test(arguments: [
    ConvolutionShape(height: 0, width: 2, inChannels: 1, outChannels: 1, kernel: 1),
    ConvolutionShape(height: -4, width: 2, inChannels: 1, outChannels: 1, kernel: 1),
    ConvolutionShape(height: 2, width: 2, inChannels: 1, outChannels: 1, kernel: 3),
    ConvolutionShape(height: .max, width: .max, inChannels: .max, outChannels: .max, kernel: 1),
  ])
  func impossibleShapeIsAnError(_ shape: ConvolutionShape) {
    #expect(throws: EngineError.self) {
      try Engine.convolution([], weights: [], bias: [], shape)
    }
  }

  @Test func unknownInstructionSetIsAnErrorThatNamesTheOthers() {
    let shape = ConvolutionShape(height: 1, width: 1, inChannels: 1, outChannels: 1, kernel: 1)
    let error = #expect(throws: EngineError.self) {
      try Engine.convolution([1], weights: [1], bias: [0], shape, instructionSet: "sse9")
    }
    #expect(error?.message.contains("sse9") == true)
    #expect(error?.message.contains("ref") == true)
  }
}

@Suite struct SelfCheckTests {
  @Test func everySetAgreesWithPlainC() throws {
    let results = try SelfCheck.run()
    #expect(
      results.map(\.instructionSet)
        == Engine.instructionSets.filter { $0.isAvailable && $0.name != "ref" }.map(\.name))
    for result in results { #expect(result.passed, "\(result)") }
  }

  @Test func aNaNIsSeen() {
    #expect(!(SelfCheck.relativeDifference([1, .nan, 1], [1, 1, 1]) <= SelfCheck.tolerance))
    #expect(SelfCheck.relativeDifference([1, 2], [1, 2]) == 0)
  }
}
