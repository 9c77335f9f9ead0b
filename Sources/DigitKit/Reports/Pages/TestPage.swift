extension TestReport {
  /// The report as a page: one file of HTML.
  public var page: String {
    Page(
      title: "\(about.modelName) on \(about.data)", kind: "Test",
      lead: "\(grouped(count)) pictures of \(classes.count) classes, \(about.date).",
      sections: [PagePart.tiles(tiles)] + PagePart.warnings(about.notes) + readingSections
        + layerSections
        + [
          PagePart.section(
            "How it was made", nil,
            PagePart.origin(
              about.command, about.environment,
              [("model", about.modelName), ("pictures", about.data)]))
        ]
    ).html
  }

  /// The drawings as files of their own: names and SVG.
  public var drawings: [(name: String, svg: String)] {
    charts.map { ($0.drawing.id, $0.drawing.file) }
  }

  private var charts: [Chart] {
    [confusionChart] + [readRateChart, reliabilityChart] + (rocChart.map { [$0] } ?? [])
  }

  var tiles: [PagePart.Tile] {
    var tiles = [
      PagePart.Tile(
        name: "read correctly", value: Numbers.percent(accuracy),
        note: "95 %: \(Numbers.percent(accuracyInterval.low)) to "
          + Numbers.percent(accuracyInterval.high)),
      PagePart.Tile(
        name: "mistakes", value: grouped(count - correct), note: "of \(grouped(count)) pictures"),
      PagePart.Tile(
        name: "read rate", value: readRate.chosen.map { Numbers.percent($0.readRate, 1) } ?? "none",
        note: "with errors of at most "
          + Numbers.trimmed(Numbers.fixed(100 * readRate.allowedError, 4))
          + " %"),
      PagePart.Tile(
        name: "calibration error", value: Numbers.percent(calibration.expectedError),
        note: "of confidence, on average"),
    ]
    if let loss {
      tiles.append(
        PagePart.Tile(name: "loss", value: Numbers.fixed(loss, 4), note: "mean of all pictures"))
    }
    if let speed {
      tiles.append(
        PagePart.Tile(
          name: "speed", value: grouped(Int(speed.imagesPerSecond.rounded())),
          note: "images/s on \(about.environment.threads) threads"))
    }
    return tiles
  }

  /// Mistakes, classes, confidence, and examples that are right.
  var readingSections: [Markup] {
    var sections: [Markup] = []
    if wrong.contains(where: { $0.picture != nil }) {
      sections.append(
        PagePart.section(
          "Read wrongly",
          "What each picture shows, what it was taken for, and how surely; the "
            + "surest come first.", [PagePart.examples(wrong)]))
    } else if correct == count {
      sections.append(PagePart.section("Read wrongly", "Not one picture.", []))
    }
    sections.append(
      PagePart.section("Classes", nil, [PagePart.beside([confusionChart.figure, classRows])]))
    sections.append(
      PagePart.section(
        "Confidence", nil,
        [PagePart.charts([readRateChart, reliabilityChart] + (rocChart.map { [$0] } ?? []))]))
    if barelyRight.contains(where: { $0.picture != nil }) {
      sections.append(
        PagePart.section(
          "Read correctly, but barely", "The least sure come first.",
          [PagePart.examples(barelyRight)]))
    }
    if right.contains(where: { $0.picture != nil }) {
      sections.append(
        PagePart.section(
          "Read correctly", "As they come, of all classes.", [PagePart.examples(right)]))
    }
    return sections
  }

  /// Scores of the classes, with the pictures that each missed.
  private var classRows: Markup {
    let missed = confusion.indices.map { classes[$0].support - confusion[$0][$0] }
    let most = max(1, missed.max() ?? 1)
    let table = classTable
    let rows: [[Markup]] = table.dropFirst().enumerated().map { place, row in
      var cells: [Markup] = row.map { .text($0) }
      guard place < missed.count else { return cells + [.text("")] }
      let level = Numbers.fixed(2 * Double(missed[place]) / Double(most), 2)
      cells.append(
        .text("\(missed[place])")
          + .tag("span", ["class": "level", "style": "width:\(level)rem"], []))
      return cells
    }
    let means = Dictionary(
      uniqueKeysWithValues: (missed.count..<rows.count).map { ($0, "mean") })
    let all = PagePart.table(table[0] + ["missed"], rows, styles: means)
    guard classes.count > 30 else { return all }
    return .tag("details", [:], [.tag("summary", [:], "All \(classes.count) classes"), all])
  }

  /// Filters and feature maps.
  var layerSections: [Markup] {
    var sections: [Markup] = []
    if !filters.isEmpty {
      sections.append(
        PagePart.section(
          "What the first layers look for", nil, filters.flatMap { PagePart.layer($0, "") }))
    }
    if let maps = featureMaps {
      sections.append(
        PagePart.section(
          "What the first layers see", "In this picture:",
          [PagePart.examples([maps.example])] + maps.layers.flatMap { PagePart.layer($0, "maps") }))
    }
    return sections
  }
}
