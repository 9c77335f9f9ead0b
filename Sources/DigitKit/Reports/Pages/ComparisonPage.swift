extension ComparisonReport {
  /// The report as a page: one file of HTML.
  public var page: String {
    let best = entries.indices.max { (entries[$0].accuracy ?? -1) < (entries[$1].accuracy ?? -1) }
    let isMeasured = entries.contains { $0.accuracy != nil }
    var sections = [
      Part.section(
        "Side by side", nil,
        [Part.table(runTable, styles: isMeasured ? best.map { [$0: "best"] } ?? [:] : [:])]),
      Part.section("How they went", nil, [Part.charts(charts)]),
    ]
    if !pairs.isEmpty {
      let head = ["pair", "only the first", "only the second", "p", "verdict"]
      let rows = pairs.map { pair in
        let names = (entries[pair.first].name, entries[pair.second].name)
        return [
          "\(names.0) and \(names.1)", "\(pair.onlyFirst)", "\(pair.onlySecond)",
          Numbers.brief(pair.pValue),
          pair.isSignificant
            ? "\(pair.onlyFirst > pair.onlySecond ? names.0 : names.1) is better"
            : "may be luck",
        ]
      }
      sections.append(
        Part.section(
          "Luck or not",
          "Pictures of \(data ?? "the test set") that only one of two models read "
            + "correctly (McNemar's test). Below p = 0.05 luck is not a likely reason.",
          [Part.table([head] + rows)]))
    }
    sections.append(
      Part.section(
        "How it was made", nil,
        (command.isEmpty ? [] : [.tag("pre", [:], [.tag("code", [:], command)])])
          + [
            Part.table(
              [["run", "command"]] + entries.map { [$0.name, $0.report.run.command] },
              isWords: true)
          ]))
    return Page(
      title: "\(entries.count) runs", kind: "Comparison", lead: "Made \(date).", sections: sections
    ).html
  }
}
