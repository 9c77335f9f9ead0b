/// How speed goes with threads, batches, networks and numbers of pictures on this machine, as
/// `ScalingReport.measure` finds it.
public struct ScalingReport: Codable, Sendable, Equatable {
  /// What is changed while all else stays.
  public enum Study: String, Codable, Sendable, CaseIterable {
    /// Threads, from one to all.
    case threads
    /// Pictures of a batch, and of a call of prediction.
    case batch
    /// The network.
    case network
    /// The pictures of a pass, drawn as they are needed.
    case data
  }

  /// One thing measured, all rounds together.
  public struct Point: Codable, Sendable, Equatable {
    /// For what.
    public var study: Study
    /// The network's name.
    public var network: String
    /// Products of one prediction of one picture.
    public var multiplyAdds: Int
    /// Images per second, with batch and threads.
    public var figure: SpeedReport.Figure
    /// Threads that shared the pictures: a small batch has no work for all of them, or is not worth waking them.
    public var threadsAtWork: Int
    /// Pictures of the pass, where one pass was measured.
    public var pictures: Int?
    /// The most memory of a process of its own, in bytes, where there was one.
    public var peakMemory: Int?
    /// Cores that other processes kept busy meanwhile, on average; nil where the system does not say.
    public var otherCores: Double?
  }

  /// Where it was measured.
  public var environment: ReportEnvironment
  /// Of one measurement in one round; a pass over pictures takes as long as it takes.
  public var seconds: Double
  /// How often each was measured, all of a study taking turns.
  public var rounds: Int
  /// What was measured, study by study.
  public var points: [Point]

  /// The studies that have points, in their order.
  public var studies: [Study] {
    Study.allCases.filter { study in points.contains { $0.study == study } }
  }

  /// Where other processes kept more cores busy than figures bear, how many on average; nil where they did not.
  public var disturbance: Double? {
    let others = points.compactMap(\.otherCores)
    let mean = others.reduce(0, +) / Double(max(1, others.count))
    return mean > ScalingReport.quiet ? mean : nil
  }

  /// Cores that others may keep busy (bench/README.md).
  private static let quiet = 0.1
}

extension ScalingReport.Point {
  /// What the study changes.
  var size: Double {
    switch study {
    case .threads: Double(figure.threads)
    case .batch: Double(figure.batch)
    case .network: Double(multiplyAdds)
    case .data: Double(pictures ?? 0)
    }
  }

  /// What should grow as the size does: the seconds of a picture, of a call, of a pass. With threads it should shrink.
  var cost: Double { cost(at: figure.median) }

  func cost(at imagesPerSecond: Double) -> Double {
    let pictures =
      switch study {
      case .threads, .network: 1.0
      case .batch, .data: size
      }
    return pictures / imagesPerSecond
  }
}

/// Points of one line of a plot.
struct ScalingCurve {
  let study: ScalingReport.Study
  let measure: SpeedReport.Measure
  /// The network; nil where the line goes from network to network.
  let network: String?
  /// By size.
  let points: [ScalingReport.Point]

  /// `lenet5, training`
  var name: String { [network, measure.rawValue].compactMap { $0 }.joined(separator: ", ") }
}

extension ScalingReport {
  /// The lines of a study for one measure.
  func curves(_ study: Study, _ measure: SpeedReport.Measure) -> [ScalingCurve] {
    let own = points.filter { $0.study == study && $0.figure.measure == measure }
    guard study != .network else {
      return own.isEmpty ? [] : [curve(study, measure, nil, own)]
    }
    var names: [String] = []
    for point in own where !names.contains(point.network) { names.append(point.network) }
    return names.map { name in curve(study, measure, name, own.filter { $0.network == name }) }
  }

  private func curve(
    _ study: Study, _ measure: SpeedReport.Measure, _ network: String?, _ points: [Point]
  ) -> ScalingCurve {
    ScalingCurve(
      study: study, measure: measure, network: network, points: points.sorted { $0.size < $1.size })
  }
}
