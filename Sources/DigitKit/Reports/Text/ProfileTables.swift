/// Profiles as text for people, as CSV and as JSON for programs.
extension ProfileReport {
  /// JSON.
  public func json() throws -> String { try ReportJSON.text(self) }

  /// One line for each operation, then one for each way that time passes between them. Their shares add up to one.
  public var csv: String {
    var csv = CSV([
      "network", "task", "batch", "threads", "segment", "stage", "operation", "layer", "kind",
      "algorithm", "share", "microseconds_per_step", "microseconds_per_image", "gflops",
      "part_of_peak", "bytes", "gbytes_per_second", "processor", "instruction_set",
    ])
    for network in networks {
      for profile in network.profiles {
        let about = [
          network.name, profile.task.rawValue, "\(profile.batch)", "\(profile.threads)",
        ]
        let machine = [environment.processor, environment.instructionSet]
        for (number, segment) in profile.segments.enumerated() {
          for operation in segment.operations {
            let names = [
              "\(number + 1)", segment.stage.rawValue, operation.name, operation.layer,
              operation.kind, operation.algorithm ?? "",
            ]
            let numbers = profile.numbers(of: operation.work).map(CSV.number)
            csv.add(about + names + numbers + machine)
          }
        }
        for (name, seconds) in profile.rest {
          let numbers = profile.numbers(of: .init(seconds: seconds, operations: 0, bytes: 0))
          csv.add(about + ["", "", name, "", "", ""] + numbers.map(CSV.number) + machine)
        }
      }
    }
    return csv.text
  }

  /// For a terminal.
  public var text: String {
    let head = [
      environment.line, wayOfMeasuring(data, augmentation, rounds: rounds, seconds: seconds),
    ]
    let tables = networks.flatMap { network in
      network.profiles.flatMap { profile in
        let name = network.name.onOneLine.shortened(to: 40)
        return [[""], [name + ", " + profile.heading], profile.facts, [""], profile.tables]
          .flatMap { $0 }
      }
    }
    return (head + tables + [""] + ProfileReport.notes).joined(separator: "\n")
  }

  private static let notes = [
    "The median round is told of. Shares and times are of all threads together; rates are of one thread while it works.",
    "GFLOP/s: nominal, two operations for each product of the layer's definition, so Winograd's and the sparse form may",
    "exceed the peak. Bytes: operands read and written, once a call of a kernel, scratch memory left out; most come from caches.",
    "Threads wait for the one that is last in a segment. Between operations are the meetings themselves, the checks of a call,",
    "the taking of times, and what other programs take meanwhile.",
  ]
}

extension PlanProfile.Task {
  /// What is done again and again.
  var unit: String { self == .training ? "step" : "call" }
}

extension PlanProfile {
  /// `training, batch 128, 2 threads`
  var heading: String { "\(task.rawValue), batch \(batch), " + counted(threads, "thread") }

  /// What passes beside the operations, in seconds of all threads.
  var rest: [(name: String, seconds: Double)] {
    [("waiting for the last thread", waiting), ("between operations", between)]
  }

  /// Share, microseconds of a step and of an image, GFLOP/s, part of the peak, bytes, GB/s.
  fileprivate func numbers(of work: Work) -> [Double?] {
    let step = 1e6 * work.seconds / Double(threads)
    return [
      share(work.seconds), step, step / Double(batch), work.rate.map { $0 / 1e9 },
      work.rate.map { $0 / peak }, work.bytes > 0 ? work.bytes : nil,
      work.bandwidth.map { $0 / 1e9 },
    ]
  }

  fileprivate var facts: [String] {
    func middle(_ rounds: [Double]) -> Double { rounds.sorted()[rounds.count / 2] }
    func microseconds(_ seconds: Double?) -> String { Numbers.brief(1e6 * (seconds ?? .nan)) }
    let untimed = middle(untimedRounds)
    let cost = middle(timedRounds) / untimed - 1
    return [
      "A \(task.unit) takes \(microseconds(untimed)) µs (\(microseconds(untimedRounds.min())) to "
        + "\(microseconds(untimedRounds.max()))), \(Numbers.brief(Double(batch) / untimed)) images/s; "
        + "with the times of its operations taken \(microseconds(middle(timedRounds))) µs "
        + "(\(cost > 0 ? "+" : "")\(Numbers.percent(cost, 1))).",
      "Peak: \(Numbers.brief(peak / 1e9)) GFLOP/s of one thread, with \(threads) at work.",
    ]
  }

  /// By operation, by kind and by layer.
  fileprivate var tables: [String] {
    let head = ["share", "µs", "µs/image", "GFLOP/s", "of peak", "moved", "GB/s"]
    func sums(_ title: String, _ key: (Operation) -> String) -> [String] {
      [""]
        + table(
          [[title] + head] + self.sums(by: key).map { [$0.name] + cells($0.work) },
          rightAligned: Set(1...7), sums: 0)
    }
    return table(
      [["operation", "kind", "how"] + head] + operationRows, rightAligned: Set(3...9), sums: 3)
      + sums("kind") { $0.kind } + sums("layer") { $0.layer }
  }

  private var operationRows: [[String]] {
    let rows = segments.enumerated().flatMap { number, segment in
      let way = segment.isByImage ? "by image" : "by part"
      let title = "\(number + 1). \(segment.stage.rawValue), \(way)"
      return [[title] + Array(repeating: "", count: 9)]
        + segment.operations.map { operation in
          ["  " + operation.name, operation.kind, operation.algorithm ?? ""]
            + cells(operation.work)
        }
    }
    let all = [("all", threadSeconds)]
    return rows
      + (rest + all).map { name, seconds in
        [name, "", ""] + cells(Work(seconds: seconds, operations: 0, bytes: 0))
      }
  }

  private func cells(_ work: Work) -> [String] {
    let numbers = numbers(of: work)
    func brief(_ place: Int) -> String { numbers[place].map(Numbers.brief) ?? "" }
    return [
      Numbers.percent(numbers[0] ?? .nan, 1), brief(1), brief(2), brief(3),
      numbers[4].map { Numbers.percent($0, 0) } ?? "",
      work.bytes > 0 ? inUnits(Int(work.bytes)) : "", brief(6),
    ]
  }
}
