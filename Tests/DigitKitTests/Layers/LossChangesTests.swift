import Testing

@testable import DigitKit

@Suite struct LossChangesTests {
  /// As if it had been described so: dropout draws the same numbers too.
  @Test func trainsToTheSameBits() throws {
    let loss = Loss.crossEntropy(smoothing: 0.2, classWeights: [1, 2, 0.5, 1])
    let described = try cornerNet(norm: true, dropout: true, loss: loss)
    let changed = try cornerNet(norm: true, dropout: true)
      .changingLoss(smoothing: 0.2, classWeights: [1, 2, 0.5, 1])
    #expect(changed.heads.map(\.loss) == [loss])
    let results = try [described, changed].map {
      try Trainer($0, configuration(), training: corners(64)).run().parameters.bits
    }
    #expect(results[0] == results[1])
    let plain = try cornerNet(norm: true, dropout: true)
    let other = try Trainer(plain, configuration(), training: corners(64)).run().parameters
    #expect(
      try other.values(of: "dense2.weight") != Parameters(for: plain).values(of: "dense2.weight"))
    #expect(other.bits != Array(results[0].prefix(other.bits.count)))
  }

  @Test func keepsWhatIsNotAskedFor() throws {
    let model = try Model(name: "two") { net in
      let h = try Flatten()(net.input(Input(4, 4)))
      try net.head(
        Dense(units: 3)(h), loss: .crossEntropy(smoothing: 0.1, ignoring: 2), name: "a", target: "a"
      )
      try net.head(Dense(units: 1)(h), loss: .meanSquaredError, name: "b", target: "b")
    }.freezing { $0 == "dense1.bias" }
    let changed = try model.changingLoss(classWeights: [1, 0, 2])
    #expect(
      changed.heads.map(\.loss) == [
        .crossEntropy(smoothing: 0.1, classWeights: [1, 0, 2], ignoring: 2), .meanSquaredError,
      ])
    #expect(changed.parameters.filter(\.isTrained).count == 3)
    #expect(try model.changingLoss().heads == model.heads)
  }

  @Test func losesNothingSilently() throws {
    let distances = try cornerNet(loss: .meanSquaredError)
    let error = #expect(throws: GraphError.self) { try distances.changingLoss(smoothing: 0.1) }
    #expect(error?.message.contains("corners has no head with classes") == true)
    #expect(throws: GraphError.self) { try cornerNet().changingLoss(classWeights: [1, 2]) }
  }

  @Test func balancedWeightsEvenClassesOut() {
    let weights = Loss.classWeights(balancing: [0, 0, 0, 2, 2, 2, 2, 2, 2, 3], classes: 5)
    let wanted: [Float] = [10.0 / 9, 0, 10.0 / 18, 10.0 / 3, 0]
    for (found, wanted) in zip(weights, wanted) { #expect(abs(found - wanted) < 1e-6) }
    #expect(weights.count == 5)
  }
}
