import Testing

@testable import DigitKit

@Suite struct HeadsTests {
  @Test func aDigitAsAValueIsLearned() throws {
    let model = try Model(Input(12, 12), loss: .meanSquaredError) {
      Flatten()
      Dense(units: 32, activation: .relu)
      Dense(units: 1)
    }
    let diary = Diary()
    let result = try Trainer(
      model, configuration(.adam(rate: 3e-3), epochs: 12), training: corners(128),
      validation: corners(64, seed: 2)
    ).run(diary.callback)
    #expect(diary.looks.allSatisfy { $0.accuracy == nil })
    #expect(try #require(result.best) < 0.2)
  }

  @Test func twoHeadsLearnTogether() throws {
    let model = try Model(name: "two heads") { net in
      let x = try Flatten()(try net.input(Input(12, 12)))
      let h = try Dense(units: 32, activation: .relu)(x)
      try net.head(Dense(units: 4)(h), loss: .crossEntropy(), name: "corner", target: "labels")
      try net.head(
        Dense(units: 1)(h), loss: .binaryCrossEntropy, name: "odd", target: "parity", weight: 0.5)
    }
    func data(_ seed: UInt64) throws -> LabelledData {
      let set = try corners(128, seed: seed)
      return try LabelledData(
        set, targets: ["parity": .numbers(set.labels.map { Float($0 % 2) })])
    }
    let result = try Trainer(
      model, configuration(.adam(rate: 3e-3), epochs: 10), training: data(1), validation: data(2)
    ).run()
    let measured = try Evaluator(model, parameters: result.parameters).measure(data(3))
    #expect(measured.heads.map(\.name) == ["corner", "odd"])
    #expect(measured.heads[0].accuracy.map { $0 > 0.95 } == true)
    #expect(measured.heads[1].loss < 0.3)
    // Without its targets it says which.
    let error = #expect(throws: DataError.self) {
      try Trainer(
        model, training: LabelledData(corners(32), targets: ["partiy": .numbers([])]))
    }
    #expect(error?.message.contains("partiy") == true)
  }
}
