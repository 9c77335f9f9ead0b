extension RunReport {
  /// The report as a page: one file of HTML.
  public var page: String {
    Page(
      title: "\(run.network.name) on \(run.data.name)", kind: "Training run",
      lead: "Begun \(run.started). " + ending,
      sections: [Part.tiles(tiles)] + Part.warnings(warnings) + [curveSection]
        + (test?.readingSections ?? []) + (test?.layerSections ?? [])
        + [networkSection, originSection]
    ).html
  }

  /// The drawings as files of their own: names and SVG.
  public var drawings: [(name: String, svg: String)] {
    curveCharts.map { ($0.drawing.id, $0.drawing.file) } + (test?.drawings ?? [])
  }

  private var ending: String {
    guard let last = records.last else { return "Nothing was written down yet." }
    guard let end else { return "It has not ended, or was killed, after \(last.update) updates." }
    return "It ended after \(Numbers.time(seconds)): \(end)."
  }

  private var warnings: [String] {
    (test?.about.notes ?? [])
      + records.filter { $0.kind == .warning }.compactMap { record in
        record.text.map { "After \(record.update) updates: \($0)" }
      }
  }

  private var tiles: [Part.Tile] {
    var tiles: [Part.Tile] = []
    if let best {
      tiles.append(
        Part.Tile(
          name: "best validation",
          value: best.accuracy.map { Numbers.percent($0) } ?? best.loss.map { Numbers.fixed($0, 4) }
            ?? Numbers.none,
          note: "after \(best.epoch) of \(epochs.last?.number ?? best.epoch) epochs"))
    }
    if let last = epochs.last {
      tiles.append(
        Part.Tile(
          name: "training", value: last.accuracy.map { Numbers.percent($0) } ?? Numbers.none,
          note: "last epoch" + (last.loss.map { ", loss " + Numbers.fixed($0, 4) } ?? "")))
    }
    tiles.append(
      Part.Tile(
        name: "time", value: Numbers.time(seconds),
        note: speed.map { "\(grouped(Int($0.rounded()))) images/s" } ?? ""))
    tiles.append(
      Part.Tile(
        name: "parameters", value: grouped(run.network.parameters),
        note:
          "\(Numbers.brief(Double(run.network.multiplyAdds) / 1e6)) million multiply-adds a picture"
      ))
    if let test {
      // Its first tiles say what was found; loss and speed have their place in the run's own.
      tiles += test.tiles.prefix(4)
    }
    return tiles
  }

  private var speed: Double? {
    let speeds = records.compactMap { $0.kind == .epoch ? $0.imagesPerSecond : nil }
    return speeds.isEmpty ? nil : speeds.reduce(0, +) / Double(speeds.count)
  }

  private var curveSection: Markup {
    let table = epochTable
    let best = epochs.lastIndex(where: \.isBest)
    let rows = Part.table(table, styles: best.map { [$0: "best"] } ?? [:])
    let isLong = table.count > 21
    return Part.section(
      "How it went", nil,
      [Part.charts(curveCharts)]
        + (epochs.isEmpty
          ? []
          : isLong
            ? [.tag("details", [:], [.tag("summary", [:], "All \(epochs.count) epochs"), rows])]
            : [rows]))
  }

  private var networkSection: Markup {
    let rows =
      [["layer", "kind", "output", "parameters"]]
      + run.network.layers.map {
        [$0.name, $0.kind, $0.output, $0.parameters == 0 ? "" : grouped($0.parameters)]
      }
    return Part.section("The network", nil, [Part.table(rows)])
  }

  private var originSection: Markup {
    var pictures = "\(run.data.name), \(grouped(run.data.training)) to train on"
    if run.data.validation > 0 {
      pictures += ", \(grouped(run.data.validation)) for validation"
    }
    var facts = [("pictures", pictures), ("classes", shown(run.data.classes))]
    if let test { facts.append(("measured on", "\(test.about.data), \(grouped(test.count))")) }
    return Part.section(
      "How it was made", nil,
      Part.origin(run.command, run.environment, facts)
        + [.tag("h3", ["style": "margin-top:1.5rem"], "Configuration"), Part.facts(run.settings)])
  }

  private func shown(_ names: [String]) -> String {
    let first = names.prefix(20).joined(separator: ", ")
    return names.count > 20 ? first + ", … (\(names.count))" : first
  }
}
