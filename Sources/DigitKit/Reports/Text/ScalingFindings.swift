/// What the points of a study say: whether cost grows linearly, and if not, why.
extension ScalingReport {
  /// A sentence or two for each line of a study.
  public func findings(_ study: Study) -> [String] {
    [SpeedReport.Measure.training, .prediction].flatMap { findings(study, $0) }
  }

  func findings(_ study: Study, _ measure: SpeedReport.Measure) -> [String] {
    curves(study, measure).compactMap { curve in
      switch study {
      case .threads: curve.threadFinding
      case .batch: curve.batchFinding
      case .network: curve.networkFinding
      case .data: curve.dataFinding(training: trainingAlone(like: curve.points.last))
      }
    }
  }

  /// The seconds of a picture that is not drawn first, where the study of threads has it.
  private func trainingAlone(like pass: Point?) -> Double? {
    let found = points.first { point in
      point.study == .threads && point.network == pass?.network
        && point.figure.measure == .training && point.figure.batch == pass?.figure.batch
        && point.figure.threads == pass?.figure.threads
    }
    return found?.cost
  }
}

extension ScalingCurve {
  fileprivate var threadFinding: String? {
    guard let one = points.first, let all = points.last, all.figure.threads > one.figure.threads
    else { return nil }
    let times = all.figure.median / one.figure.median
    let ideal = Double(all.figure.threads) / Double(one.figure.threads)
    let head =
      "\(name): \(all.figure.threads) threads are \(Numbers.fixed(times, 2)) times as fast as "
      + "\(one.figure.threads), \(Numbers.percent(times / ideal, 0)) of what they could be"
    // Near enough to be linear.
    guard times < 0.95 * ideal else { return head + "." }
    guard times > 1 else {
      return head + ": calls are too short to be shared, or other programs keep the cores busy."
    }
    // Amdahl's law turned round.
    let alone = (ideal / times - 1) / (ideal - 1)
    return head
      + ", as if \(Numbers.percent(alone, 0)) of the work were not shared: meetings at the end of each segment, "
      + "what one thread does between calls, caches and memory that all use."
  }

  fileprivate var batchFinding: String? {
    guard let best = points.map(\.figure.median).max(),
      let enough = points.first(where: { $0.figure.median >= 0.9 * best }),
      let fit = ScalingFits.onceAndEach(points.map { ($0.size, $0.cost) })
    else { return nil }
    var text =
      "\(name): a call costs \(Numbers.brief(1e6 * max(0, fit.once))) µs once and "
      + "\(Numbers.brief(1e6 * fit.each)) µs a picture; \(enough.figure.batch) pictures are enough for 90 % "
      + "of the highest rate"
    if let exponent {
      text += " (time grows as batch to the power of \(Numbers.fixed(exponent, 2)))"
    }
    let most = points.map(\.threadsAtWork).max() ?? 1
    if let shared = points.first(where: { $0.threadsAtWork == most }), most > 1,
      shared.figure.batch > points[0].figure.batch
    {
      text +=
        ". Below \(shared.figure.batch) there is no work for \(counted(most, "thread")): "
        + (measure == .training
          ? "pictures are shared out by eights, so that bits depend on nothing else"
          : "waking another takes longer than the call")
    }
    if measure == .training {
      text += ". Weights are packed and updated once a batch, however small"
    }
    return text + "."
  }

  fileprivate var networkFinding: String? {
    guard let exponent, points.count > 2 else { return nil }
    let rate = medianRate
    func off(_ isOff: (Double) -> Bool) -> String {
      points.filter { isOff(Double($0.multiplyAdds) * $0.figure.median / rate) }
        .map(\.network.onOneLine).joined(separator: ", ")
    }
    var text =
      "\(measure.rawValue): time grows as multiply-adds to the power of \(Numbers.fixed(exponent, 2)); the line is "
      + "\(Numbers.brief(rate / 1e9)) billion a second, nominal, of prediction"
    let (slow, quick) = (off { $0 < 1 / 1.5 }, off { $0 > 1.5 })
    if !slow.isEmpty {
      text +=
        ". Slower than the line: \(slow); few channels are padded to 8 or 16, and what is no product "
        + "(pools, losses, norms, updates) weighs more"
    }
    if !quick.isEmpty {
      text +=
        ". Quicker: \(quick); wide layers fill the register tiles, and Winograd's algorithm does a part of "
        + "the multiplications"
    }
    return text + "."
  }

  fileprivate func dataFinding(training: Double?) -> String? {
    guard let exponent, let first = points.first, let last = points.last else { return nil }
    let each = 1 / last.figure.median
    var text =
      "\(name): the time of a pass grows as pictures to the power of \(Numbers.fixed(exponent, 2)), "
      + "\(Numbers.brief(1e6 * each)) µs a picture of \(grouped(last.pictures ?? 0))"
    if let training, training < each {
      text += ", \(Numbers.brief(1e6 * training)) µs of it training and the rest the drawing"
    }
    if let least = first.peakMemory, let most = last.peakMemory {
      text +=
        "; the process takes \(Numbers.mebibytes(least)) for \(grouped(first.pictures ?? 0)) and "
        + "\(Numbers.mebibytes(most)) for \(grouped(last.pictures ?? 0))"
    }
    return text + "."
  }
}

extension Numbers {
  /// `31.4 MiB`
  static func mebibytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, 1) + " MiB" }
}
