extension Plan: CustomStringConvertible {
  /// What runs, the memory it takes, and why it was laid out so.
  public var description: String {
    let l = layout
    var lines = [
      "Plan to \(verb), up to \(batch) images a call.",
      "The batch is cut into \(counted(l.lanes, "lane")): sums over images are made per lane and added in order, so the bits do not depend on threads.",
      "A tile of \(counted(l.tile, "image")) passes through a segment at a time; what it touches takes \(inUnits(l.memory.tileBytes)) per thread.",
    ]
    lines.append(
      "All threads meet \(max(0, l.segments.count - 1)) times: behind each of these segments but the last."
    )
    for (number, segment) in l.segments.enumerated() {
      lines.append("")
      lines.append(heading(segment, number + 1))
      for entry in l.ops[segment.first..<segment.first + segment.count] {
        lines.append("  " + line(entry.op))
      }
    }
    lines += ["", memory]
    return lines.joined(separator: "\n")
  }

  private var verb: String {
    switch purpose {
    case .train(let options): "train with \(options.rule)"
    case .measure: "measure"
    case .predict: "predict"
    }
  }

  private func heading(_ segment: Segment, _ number: Int) -> String {
    let stage = ["prepare", "compute", "update"][segment.stage.rawValue]
    let how =
      segment.kind == .tiles
      ? "images are shared out, a tile at a time" : "channels and rows of each step are shared out"
    return "\(number). \(stage): \(counted(segment.count, "operation")), \(how)"
  }

  private func line(_ op: DraftOp) -> String {
    var notes: [String] = []
    if op.code == .convForwardS16 || op.code == .denseForwardS16 {
      notes.append("in integers")
    } else if case .convolution(let s) = op.shape, op.kind == .tiles || op.code == .convForward {
      notes.append(ConvolutionForm(s).algorithm(of: op.code))
      if s.pool != 0 { notes.append("2x2 maximum fused") }
      if s.activation != 0 { notes.append("activation fused") }
      if op.kind == .parts, op.code == .convForward {
        notes.append("by channel: its weights outweigh the batch's activations")
      }
    }
    if case .dense(let s) = op.shape, s.activation != 0, op.code == .denseForward {
      notes.append("activation fused")
    }
    return pad(op.name, 34) + pad(op.code.label, 30) + notes.joined(separator: ", ")
  }

  private var memory: String {
    let l = layout
    let trains = if case .train = purpose { true } else { false }
    return """
      Memory
        parameters     \(inUnits(l.parameterBytes))
        gradients      \(inUnits(trains ? l.parameterBytes : 0))
        state          \(inUnits(l.stateBytes)), of the optimiser
        packed weights \(inUnits(l.memory.sharedBytes)), and statistics of a batch
        batch          \(inUnits(l.memory.batchBytes)), what crosses a meeting
        lanes          \(inUnits(l.lanes * l.memory.laneBytes)), sums for \(counted(l.lanes, "lane"))
        tile           \(inUnits(l.memory.tileBytes)) per thread
      """
  }
}

/// `1.5 MB`
package func inUnits(_ count: Int) -> String {
  var value = Double(count)
  for unit in ["B", "kB", "MB"] {
    if value < 1000 { return rounded(value) + " " + unit }
    value /= 1000
  }
  return rounded(value) + " GB"
}

private func rounded(_ value: Double) -> String {
  value >= 100 || value == value.rounded()
    ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
}

func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
