/// A drawing with what a reader should see in it.
struct Chart {
  var drawing: Drawing
  /// A sentence or two below it.
  var caption: String

  /// For a page.
  var figure: Markup {
    .tag(
      "figure", ["class": "chart"],
      [
        .tag("h3", [:], drawing.title), drawing.inline,
        .tag("figcaption", [:], caption),
      ])
  }
}
