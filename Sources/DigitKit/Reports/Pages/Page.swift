/// A page that is one file: no address outside it, no script, nothing that an old browser could not show.
struct Page {
  /// Of the window and the first heading.
  var title: String
  /// `Test`
  var kind: String
  /// Below the heading.
  var lead: String
  var sections: [Markup]

  /// The file. It is well-formed XML too.
  var html: String {
    let head: [Markup] = [
      .tag("meta", ["charset": "utf-8"]),
      .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      // Even if markup got in, it could neither run nor call.
      .tag(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
        ]),
      .tag("meta", ["name": "generator", "content": "DigitKit \(Engine.version)"]),
      .tag("title", [:], title),
      .style(StyleSheet.drawing),
      .style(StyleSheet.page),
    ]
    let header: Markup = .tag(
      "header", [:],
      [
        .tag("p", ["class": "kind"], kind), .tag("h1", [:], title),
        .tag("p", ["class": "lead"], lead),
      ])
    let footer: Markup = .tag("footer", [:], "DigitKit \(Engine.version)")
    let body: Markup = .tag("body", [:], [.tag("main", [:], [header] + sections + [footer])])
    return "<!DOCTYPE html>\n"
      + Markup.tag("html", ["lang": "en"], [.tag("head", [:], head), body]).source + "\n"
  }
}

/// Parts that all pages are made of.
enum Part {
  /// A heading, a line below it, and what follows.
  static func section(_ heading: String, _ hint: String? = nil, _ content: [Markup]) -> Markup {
    .tag(
      "section", [:],
      [.tag("h2", [:], heading)] + (hint.map { [.tag("p", ["class": "hint"], $0)] } ?? [])
        + content)
  }

  /// A number that matters.
  struct Tile {
    var name: String
    var value: String
    var note: String = ""
  }

  static func tiles(_ tiles: [Tile]) -> Markup {
    .tag(
      "div", ["class": "tiles"],
      tiles.map { tile in
        .tag(
          "dl", ["class": "tile", "style": "margin:0"],
          [
            .tag("dt", [:], tile.name), .tag("dd", ["class": "value"], tile.value),
            .tag("dd", [:], tile.note),
          ])
      })
  }

  static func charts(_ charts: [Chart]) -> Markup {
    .tag("div", ["class": "charts"], charts.map(\.figure))
  }

  /// Names and values.
  static func facts(_ facts: [(String, String)]) -> Markup {
    .tag(
      "dl", ["class": "facts"],
      facts.flatMap { [.tag("dt", [:], $0.0), .tag("dd", [:], $0.1)] })
  }

  static func warnings(_ texts: [String]) -> [Markup] {
    texts.isEmpty
      ? [] : [.tag("div", ["class": "warnings"], texts.map { .tag("p", [:], $0) })]
  }

  /// A table; the first row is its head. `styles` by the number of a row.
  static func table(
    _ rows: [[String]], styles: [Int: String] = [:], isWords: Bool = false
  ) -> Markup {
    table(
      rows.first ?? [], rows.dropFirst().map { $0.map { .text($0) } }, styles: styles,
      isWords: isWords)
  }

  static func table(
    _ head: [String], _ rows: [[Markup]], styles: [Int: String] = [:], isWords: Bool = false
  ) -> Markup {
    let body: [Markup] = rows.enumerated().map { number, row in
      .tag("tr", ["class": styles[number] ?? ""], row.map { .tag("td", [:], [$0]) })
    }
    return .tag(
      "div", ["class": isWords ? "table words" : "table"],
      [
        .tag(
          "table", [:],
          [
            .tag(
              "thead", [:],
              [.tag("tr", [:], head.map { .tag("th", ["scope": "col"], $0) })]),
            .tag("tbody", [:], body),
          ])
      ])
  }

  /// Pictures with what was read.
  static func examples(_ examples: [TestReport.Example]) -> Markup {
    .tag("div", ["class": "grid-of-pictures"], examples.compactMap(example))
  }

  private static func example(_ example: TestReport.Example) -> Markup? {
    guard let picture = example.picture else { return nil }
    let isRight = example.label == example.predicted
    let label = example.label.shortened(to: 16)
    let predicted = example.predicted.shortened(to: 16)
    let sure = Numbers.percent(example.confidence, example.confidence > 0.9995 ? 0 : 1)
    let words: [Markup] =
      isRight
      ? [.tag("b", [:], label), .tag("br"), .text(sure)]
      : [
        .tag("b", [:], "\(label) read as \(predicted)"), .tag("br"), .text(sure),
      ]
    return .tag(
      "figure", ["title": "picture \(example.index) of the set"],
      [
        .tag(
          "img",
          [
            "src": picture.address,
            "alt": isRight ? "\(label), read correctly" : "\(label), read as \(predicted)",
            "width": "\(picture.width)", "height": "\(picture.height)",
          ]), .tag("figcaption", [:], words),
      ])
  }

  /// Filters or maps of a layer.
  static func layer(_ layer: LayerPictures, _ style: String) -> [Markup] {
    [
      .tag("h3", ["style": "margin-top:1.1rem"], layer.layer),
      .tag("p", ["class": "hint"], layer.text),
      .tag(
        "div", ["class": "filters \(style)"],
        layer.pictures.enumerated().map { place, picture in
          .tag(
            "img",
            [
              "src": picture.address, "alt": "\(layer.layer), channel \(place)",
              "width": "\(picture.width)", "height": "\(picture.height)",
            ])
        }),
    ]
  }

  /// The command that made something, and where.
  static func origin(
    _ command: String, _ environment: ReportEnvironment, _ more: [(String, String)]
  ) -> [Markup] {
    let known =
      more + [
        ("processor", environment.processor),
        ("instruction set", "\(environment.instructionSet), \(environment.threads) threads"),
        ("system", environment.system), ("DigitKit", environment.version),
      ]
    return (command.isEmpty ? [] : [.tag("pre", [:], [.tag("code", [:], command)])])
      + [facts(known)]
  }
}
