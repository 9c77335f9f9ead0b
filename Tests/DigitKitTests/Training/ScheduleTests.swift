import Testing

@testable import DigitKit

/// `Tests/Golden/training.json`, made by `training.py` with PyTorch.
struct TrainingGolden: Decodable {
  struct PlateauCases: Decodable {
    var losses: [Double?]
    var factors: [String: [Double]]
  }
  struct Weights: Decodable {
    var steps: Int
    var count: Int
    var weights: [String: [Float]]
  }
  var schedules: [String: [Double]]
  var plateau: PlateauCases
  var optimisers: Weights
  var averages: [String: [Double]]

  static func load() throws -> TrainingGolden {
    try Golden.decode(TrainingGolden.self, from: "training.json")
  }
}

@Suite struct ScheduleTests {
  static let schedules: [String: Schedule] = {
    var straight = OneCycle(steps: 60, rise: 0.4)
    straight.isLinear = true
    return [
      "step": .step(every: 9, factor: 0.5),
      "milestones": .milestones([5, 20, 21], factor: 0.3),
      "exponential": .exponential(factor: 0.93),
      "cosine": .cosine(steps: 40, end: 0.01),
      "polynomial": .polynomial(steps: 50, power: 2),
      "polynomial-0.9": .polynomial(steps: 50, power: 0.9),
      "linear": .linear(steps: 30, start: 0.25, end: 0.75),
      "warm-up": .warmUp(steps: 7, then: .cosine(steps: 53)),
      "one-cycle": .oneCycle(OneCycle(steps: 60)),
      "one-cycle-linear": .oneCycle(straight),
    ]
  }()

  @Test(arguments: ScheduleTests.schedules.keys.sorted())
  func ratesAreThoseOfPyTorch(_ name: String) throws {
    let schedule = try #require(ScheduleTests.schedules[name])
    let wanted = try #require(try TrainingGolden.load().schedules[name])
    for (step, factor) in wanted.enumerated() {
      #expect(isClose(schedule.factor(at: step), factor, 1e-12), "step \(step)")
    }
    try schedule.validate()
  }

  @Test func momentumOfACycleIsThatOfPyTorch() throws {
    let wanted = try #require(try TrainingGolden.load().schedules["one-cycle-momentum"])
    let schedule = Schedule.oneCycle(OneCycle(steps: 60))
    for (step, momentum) in wanted.enumerated() {
      #expect(isClose(try #require(schedule.momentum(at: step)), momentum, 1e-12))
    }
    #expect(Schedule.constant.momentum(at: 3) == nil)
    #expect(Schedule.warmUp(steps: 5, then: schedule).momentum(at: 5) == schedule.momentum(at: 0))
  }

  @Test func behindTheirEndSchedulesStay() {
    #expect(Schedule.cosine(steps: 10, end: 0.1).factor(at: 99) == 0.1)
    #expect(Schedule.polynomial(steps: 10).factor(at: 99) == 0)
    #expect(Schedule.linear(steps: 10, start: 0, end: 1).factor(at: 99) == 1)
    let cycle = Schedule.oneCycle(OneCycle(steps: 10))
    #expect(cycle.factor(at: 99) == cycle.factor(at: 9))
  }

  @Test func schedulesComeBackFromAFile() throws {
    for schedule in ScheduleTests.schedules.values { try expectRoundTrip(schedule) }
  }

  @Test func nonsenseIsRefused() {
    for schedule: Schedule in [
      .step(every: 0), .cosine(steps: 0), .exponential(factor: -1),
      .polynomial(steps: 3, power: .nan),
      .oneCycle(OneCycle(steps: 1)), .warmUp(steps: 3, then: .cosine(steps: -1)), .milestones([-1]),
    ] {
      #expect(throws: TrainingError.self, "\(schedule)") { try schedule.validate() }
    }
  }

  @Test func plateausAreThoseOfPyTorch() throws {
    let golden = try TrainingGolden.load().plateau
    let plateaus = [
      "plain": Plateau(factor: 0.5, patience: 2),
      "cooldown": Plateau(factor: 0.5, patience: 1, cooldown: 3, lowest: 0.3),
      "higher": Plateau(patience: 0, goal: .higher),
    ]
    #expect(Set(plateaus.keys) == Set(golden.factors.keys))
    for (name, plateau) in plateaus {
      var plateau = plateau
      for (index, loss) in golden.losses.enumerated() {
        let before = plateau.current
        let lowered = plateau.observe(loss ?? .nan)
        let wanted = try #require(golden.factors[name])[index]
        #expect(isClose(plateau.current, wanted, 1e-12), "\(name) \(index)")
        #expect(lowered == (plateau.current < before))
        try expectRoundTrip(plateau)
      }
    }
  }
}

@Suite struct StableMathTests {
  @Test func agreesWithTheLibrary() {
    var random = RandomStream(Philox(seed: 1, stream: Philox.stream(.test)))
    for _ in 0..<2000 {
      let x = Double(random.word()) / Double(UInt32.max)
      #expect(isClose(StableMath.cosinePi(4 * x - 2), cosPi(4 * x - 2), 1e-15))
      #expect(isClose(StableMath.exponential(20 * x - 10), libraryExp(20 * x - 10), 1e-14))
      #expect(isClose(StableMath.logarithm(x + 1e-9), libraryLog(x + 1e-9), 4e-16))
      #expect(isClose(StableMath.power(x, 0.37), libraryPow(x, 0.37), 1e-14))
    }
  }

  @Test func corners() {
    #expect(StableMath.power(0.0, 0.5) == 0)
    #expect(StableMath.power(2.0, 10) == 1024)
    #expect(StableMath.power(2.0, -2) == 0.25)
    #expect(StableMath.power(0.0, 0) == 1)
    #expect(StableMath.cosinePi(0) == 1)
    #expect(StableMath.cosinePi(1) == -1)
    #expect(StableMath.cosinePi(0.5) == 0)
    #expect(StableMath.exponential(0) == 1)
    #expect(StableMath.logarithm(1) == 0)
  }
}
