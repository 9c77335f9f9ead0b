/// Time as width: under each step its segments, under those their operations.
extension ProfileReport {
  /// The profiles one below the other, as an SVG picture.
  public var svg: String { FlameDrawing(self).drawing.file }
}

/// Boxes whose widths are parts of a step.
private struct FlameDrawing {
  private(set) var drawing: Drawing
  private let report: ProfileReport

  private static let margin = 14.0
  private static let width = 1180.0
  private static let row = 28.0
  private static let block = 40 + 3 * row + 18

  init(_ report: ProfileReport) {
    self.report = report
    let width = FlameDrawing.width + 2 * FlameDrawing.margin
    let legend = Legend(FlameDrawing.entries(report), width: FlameDrawing.width)
    let blocks = report.networks.reduce(0) { $0 + $1.profiles.count }
    let top = FlameDrawing.margin + legend.height
    let height = top + Double(blocks) * FlameDrawing.block
    drawing = Drawing(
      id: "profile", title: "Where the time goes",
      summary:
        "Steps of training and calls of prediction, their segments and operations, as wide as they "
        + "take time. " + report.environment.line, width: width, height: height)
    drawing.box(0, 0, width, height, "ground")
    legend.draw(in: &drawing, x: FlameDrawing.margin, y: FlameDrawing.margin)
    var y = top
    for network in report.networks {
      for profile in network.profiles {
        draw(profile, network.name, y)
        y += FlameDrawing.block
      }
    }
  }

  /// The families that occur, in their order.
  private static func entries(_ report: ProfileReport) -> [Legend.Entry] {
    let found = Set(
      report.networks.flatMap(\.profiles).flatMap(\.operations).map(\.family))
    return PlanProfile.Family.allCases.filter(found.contains).map {
      Legend.Entry(text: $0.rawValue, style: $0.style)
    }
  }

  private mutating func draw(_ profile: PlanProfile, _ name: String, _ top: Double) {
    let step = Numbers.brief(1e6 * profile.stepSeconds)
    let title = "\(name.onOneLine), \(profile.heading)"
    drawing.text(
      "\(title): \(step) µs a \(profile.task.unit)", FlameDrawing.margin, top + 30, "note")
    var box = Row(profile: profile, y: top + 40)
    place(
      profile.threadSeconds, profile.task.unit, "part",
      "\(title): \(step) µs, with times taken", &box)
    box = Row(profile: profile, y: top + 40 + FlameDrawing.row)
    var below = Row(profile: profile, y: top + 40 + 2 * FlameDrawing.row)
    for segment in profile.segments {
      let seconds = segment.operations.reduce(segment.waiting) { $0 + $1.work.seconds }
      place(
        seconds, segment.stage.rawValue, "part",
        "\(segment.stage.rawValue), " + (segment.isByImage ? "by image" : "by part"), &box)
      for operation in segment.operations {
        place(
          operation.work.seconds, operation.name, "dot area \(operation.family.style)",
          profile.note(operation), &below)
      }
      place(segment.waiting, "waiting", "zero", "waiting for the last thread", &below)
    }
    place(profile.between, "between", "zero", "between operations", &box)
  }

  /// A row being filled from the left.
  private struct Row {
    let profile: PlanProfile
    let y: Double
    var seconds = 0.0
  }

  private mutating func place(
    _ seconds: Double, _ label: String, _ style: String, _ note: String, _ row: inout Row
  ) {
    let scale = FlameDrawing.width / row.profile.threadSeconds
    let x = FlameDrawing.margin + row.seconds * scale
    let width = seconds * scale
    row.seconds += seconds
    let share = Numbers.percent(row.profile.share(seconds), 1)
    drawing.box(x, row.y, width, FlameDrawing.row - 2, style, note: "\(note), \(share)")
    let room = Int((width - 8) / Drawing.letter)
    if room >= min(4, label.count) {
      drawing.text(label.shortened(to: room), x + 5, row.y + 17, "cell over")
    }
  }
}

extension PlanProfile.Family {
  /// A colour of the style sheet.
  fileprivate var style: String { "s\(PlanProfile.Family.allCases.firstIndex(of: self) ?? 0)" }
}

extension PlanProfile {
  /// What is said of an operation to someone who points at it.
  fileprivate func note(_ operation: Operation) -> String {
    let work = operation.work
    var parts = [operation.name + ":", operation.kind]
    if let algorithm = operation.algorithm { parts[1] += ", " + algorithm }
    parts[1] += ";"
    parts.append("\(Numbers.brief(1e6 * work.seconds / Double(threads))) µs a \(task.unit)")
    if let rate = work.rate {
      parts.append(
        "at \(Numbers.brief(rate / 1e9)) GFLOP/s, \(Numbers.percent(rate / peak, 0)) of the peak")
    }
    return parts.joined(separator: " ")
  }
}
