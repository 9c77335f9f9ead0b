/// What the colours mean: short lines with words, in as many rows as they need.
struct Legend {
  struct Entry: Equatable {
    var text: String
    var style: String
  }

  private let places: [(entry: Entry, x: Double, row: Int)]
  /// What it takes above the drawing.
  let height: Double

  private static let row = 18.0

  init(_ entries: [Entry], width: Double) {
    var places: [(entry: Entry, x: Double, row: Int)] = []
    var x = 0.0
    var row = 0
    for entry in entries {
      let shown = Entry(text: entry.text.shortened(to: 34), style: entry.style)
      let needs = 22 + Drawing.letter * Double(shown.text.count)
      if x > 0, x + needs > width {
        x = 0
        row += 1
      }
      places.append((shown, x, row))
      x += needs + 10
    }
    self.places = places
    height = places.isEmpty ? 0 : Double(row + 1) * Legend.row
  }

  /// With its upper left corner at a place.
  func draw(in drawing: inout Drawing, x left: Double = 0, y top: Double = 0) {
    for (entry, place, row) in places {
      let x = left + place
      let y = top + 9 + Double(row) * Legend.row
      drawing.line(x, y - 3.5, x + 14, y - 3.5, "line " + entry.style)
      drawing.text(entry.text, x + 19, y, "key")
    }
  }
}

extension String {
  /// At most so many characters, the end replaced by an ellipsis.
  func shortened(to most: Int) -> String { count <= most ? self : prefix(most - 1) + "…" }
}
