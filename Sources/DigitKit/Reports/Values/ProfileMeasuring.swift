extension ProfileReport {
  /// Profiles networks on the pictures and in the ways of `SpeedReport.measure`. A round takes each plan as users have it, with the
  /// time of each operation taken, and the peak of the processor; the round whose timed step is the median is told of.
  public static func measure(
    _ candidates: [SpeedReport.Candidate], options: SpeedReport.Options = .init(),
    onProgress: (_ done: Int, _ total: Int, _ next: String) -> Void = { _, _, _ in }
  ) throws -> ProfileReport {
    let stands = try candidates.map { candidate in
      (candidate, try ProfileStand.all(candidate, options))
    }
    let plans = stands.flatMap { candidate, plans in plans.map { (candidate.name, $0) } }
    let total = plans.count * options.rounds
    for done in 0..<total {
      let (name, stand) = plans[done % plans.count]
      try options.check()
      onProgress(done, total, "\(name), \(stand.task.rawValue)")
      try stand.measureRound()
    }
    return ProfileReport(
      environment: .current(threads: options.threads), data: options.dataName,
      augmentation: options.augmentation?.description, seconds: options.seconds,
      rounds: options.rounds,
      networks: stands.map { candidate, plans in
        Network(
          name: candidate.name, parameters: candidate.model.parameterCount,
          profiles: plans.map { $0.profile() })
      })
  }
}

/// A plan ready to be profiled, with what was found so far.
private final class ProfileStand {
  let task: PlanProfile.Task
  private let options: SpeedReport.Options
  private let data: ModelData
  private let runner: Runner
  private let phases: Runner.Phases
  private let threads: Int
  private let batch: Int
  private let nextStep: () throws -> Step
  private var rounds: [Round] = []

  /// What changes from step to step.
  struct Step {
    var indices: [Int64]
    var values = StepValues()
  }

  private struct Round {
    var untimed: Double
    var timed: Double
    var times: StepTimes
    var peak: Double
  }

  /// Training and prediction of one network.
  static func all(
    _ candidate: SpeedReport.Candidate, _ options: SpeedReport.Options
  ) throws -> [ProfileStand] {
    let set = try options.pictures(for: candidate.model)
    let data = try ModelData(LabelledData(set), for: candidate.model)
    let trainer = try Trainer(
      candidate.model, options.configuration, training: LabelledData(set),
      parameters: candidate.parameters, threads: options.threads)
    let parameters = try trainer.firstParameters()
    let steps = try ProfiledSteps(trainer)
    let first = Step(indices: (0..<options.predictionBatch).map { Int64($0 % set.count) })
    let plan = try candidate.model.plan(
      .predict([.probabilities]), batch: options.predictionBatch)
    let prediction = try ProfileStand(
      .prediction, Runner(plan, parameters: parameters.copy(), threads: options.threads), .compute,
      data, options
    ) { first }
    try prediction.prepare(first)
    return [
      try ProfileStand(
        .training, Runner(trainer.plan, parameters: parameters, threads: options.threads), .all,
        data, options, steps.next), prediction,
    ]
  }

  private init(
    _ task: PlanProfile.Task, _ runner: Runner, _ phases: Runner.Phases, _ data: ModelData,
    _ options: SpeedReport.Options, _ nextStep: @escaping () throws -> Step
  ) throws {
    self.task = task
    self.options = options
    self.data = data
    self.runner = runner
    self.phases = phases
    self.nextStep = nextStep
    batch = runner.plan.batch
    threads = runner.plan.threads(phases, images: batch, of: runner.threads)
  }

  private func prepare(_ step: Step) throws {
    try data.withArrays { arrays in
      _ = try runner.run(arrays, indices: step.indices, phases: .prepare)
    }
  }

  /// Measures all there is to be measured, one after the other.
  func measureRound() throws {
    let untimed = try secondsOfAStep { arrays, step in
      _ = try runner.run(arrays, indices: step.indices, phases: phases, values: step.values)
    }
    var times = StepTimes(runner.plan.layout)
    var seconds = runner.noTimes
    let timed = try secondsOfAStep { arrays, step in
      try runner.run(
        arrays, indices: step.indices, phases: phases, values: step.values,
        addingTimesTo: &seconds)
    } counted: {
      times.add(seconds, threads: threads)
    } then: {
      seconds = runner.noTimes
    }
    rounds.append(
      Round(
        untimed: untimed, timed: timed, times: times,
        peak: try Engine.peak(threads: threads, seconds: options.seconds / 4)))
  }

  /// The mean of the steps of a measurement, behind a first one that is not counted. What is done behind a step takes
  /// none of its time.
  private func secondsOfAStep(
    _ run: ([String: DataArray], Step) throws -> Void, counted: () -> Void = {},
    then: () -> Void = {}
  ) throws -> Double {
    let clock = ContinuousClock()
    return try data.withArrays { arrays in
      try run(arrays, nextStep())
      then()
      var spent = Duration.zero
      var steps = 0.0
      repeat {
        try options.check()
        let step = try nextStep()
        spent += try clock.measure { try run(arrays, step) }
        counted()
        then()
        steps += 1
      } while spent < .seconds(options.seconds)
      return spent / .seconds(1) / steps
    }
  }

  /// What the median round found.
  func profile() -> PlanProfile {
    let round = rounds.sorted { $0.timed < $1.timed }[rounds.count / 2]
    let layout = runner.plan.layout
    return PlanProfile(
      task: task, batch: batch, threads: threads, stepSeconds: round.timed, peak: round.peak,
      segments: layout.segments.enumerated().filter {
        phases.contains($0.element.stage.names.phase)
      }.map { number, segment in
        PlanProfile.Segment(
          stage: segment.stage.names.profiled, isByImage: segment.kind == .tiles,
          operations: layout.profiled(segment, round.times.operations),
          waiting: round.times.waiting[number])
      }, untimedRounds: rounds.map(\.untimed), timedRounds: rounds.map(\.timed))
  }
}

/// What operations took and how long threads waited behind segments, in the mean of some steps: seconds of all threads.
private struct StepTimes {
  private let segments: [Segment]
  private var steps = 0.0
  private var spent: [Double]
  private var waited: [Double]

  init(_ layout: PlanLayout) {
    segments = layout.segments
    spent = Array(repeating: 0, count: layout.ops.count)
    waited = Array(repeating: 0, count: segments.count)
  }

  var operations: [Double] { spent.map { $0 / steps } }
  var waiting: [Double] { waited.map { $0 / steps } }

  /// Adds a step: each operation on each thread, thread behind thread.
  mutating func add(_ seconds: [Double], threads: Int) {
    steps += 1
    for (number, segment) in segments.enumerated() {
      var slowest = 0.0
      var all = 0.0
      for thread in 0..<threads {
        var own = 0.0
        for place in segment.first..<segment.first + segment.count {
          let took = seconds[thread * spent.count + place]
          spent[place] += took
          own += took
        }
        slowest = max(slowest, own)
        all += own
      }
      waited[number] += Double(threads) * slowest - all
    }
  }
}

/// The steps of a training run, without its events, checks and checkpoints.
private final class ProfiledSteps {
  private let trainer: Trainer
  private var state: TrainingState
  private var batches: Batches
  private var place = 0

  init(_ trainer: Trainer) throws {
    self.trainer = trainer
    state = TrainingState(trainer.configuration)
    batches = try ProfiledSteps.batches(trainer, epoch: 0)
  }

  func next() throws -> ProfileStand.Step {
    if place == batches.count {
      state.progress.finishEpoch()
      batches = try ProfiledSteps.batches(trainer, epoch: state.progress.epoch)
      place = 0
    }
    defer {
      state.progress.finishUpdate()
      place += 1
    }
    return ProfileStand.Step(
      indices: Array(batches[place]),
      values: trainer.configuration.stepValues(of: trainer.groups, in: state))
  }

  private static func batches(_ trainer: Trainer, epoch: Int) throws -> Batches {
    try trainer.training.batches(trainer.configuration, epoch: epoch)
  }
}

extension Stage {
  /// As a call of a runner and as a profile have it.
  fileprivate var names: (phase: Runner.Phases, profiled: PlanProfile.Stage) {
    switch self {
    case .prepare: (.prepare, .prepare)
    case .compute: (.compute, .compute)
    case .update: (.update, .update)
    }
  }
}
