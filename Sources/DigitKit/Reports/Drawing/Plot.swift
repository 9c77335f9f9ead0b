/// A drawing with two axes: the ground that lines and bars stand on.
struct Plot {
  private(set) var drawing: Drawing
  let x: Scale
  let y: Scale
  /// The inner edges.
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  /// What stands at the axes.
  struct Labels {
    var x: String
    var y: String
  }

  static let width = 360.0

  init(
    id: String, title: String, summary: String, labels: Labels, x: Scale, y: Scale,
    legend: [Legend.Entry] = [], height: Double = 240
  ) {
    let legend = Legend(legend, width: Plot.width)
    let longest = y.ticks.map { y.label($0).count }.max() ?? 0
    left = max(30, 10 + Drawing.letter * Double(longest))
    right = Plot.width - 12
    top = 26 + legend.height
    bottom = height + legend.height - 40
    self.x = x.along(left, right)
    self.y = y.along(bottom, top)
    drawing = Drawing(
      id: id, title: title, summary: summary, width: Plot.width, height: height + legend.height)
    legend.draw(in: &drawing)
    drawAxes(labels)
  }

  private mutating func drawAxes(_ labels: Labels) {
    for tick in y.ticks {
      guard let place = y.place(tick) else { continue }
      drawing.line(left, place, right, place, "grid")
      drawing.text(y.label(tick), left - 6, place + 4, "tick", .end)
    }
    // Labels that would touch are left out; the last that is shown keeps its place.
    var free = -Double.infinity
    for tick in x.ticks {
      guard let place = x.place(tick) else { continue }
      let text = x.label(tick)
      let half = Drawing.letter / 2 * Double(text.count)
      drawing.line(place, bottom, place, bottom + 4, "axis")
      guard place - half > free else { continue }
      drawing.text(text, min(place, Plot.width - half), bottom + 17, "tick", .middle)
      free = place + half + 4
    }
    drawing.line(left, bottom, right, bottom, "axis")
    drawing.text(labels.y, 0, top - 12, "label")
    drawing.text(labels.x, right, bottom + 34, "label", .end)
  }

  typealias Point = (x: Double, y: Double)

  private func places(_ points: [Point]) -> [Point] {
    points.compactMap { point in
      guard let px = x.place(point.x), let py = y.place(point.y) else { return nil }
      return (px, py)
    }
  }

  /// A line through points; few of them are marked as well. Points that would fall on the one before are
  /// left out: a run of a million steps is no longer a file than one of a thousand.
  mutating func line(_ points: [Point], _ style: String) {
    var d = ""
    var last: Point?
    let all = places(points)
    for (number, point) in all.enumerated() {
      if let last, number + 1 < all.count, abs(point.x - last.x) < 0.4, abs(point.y - last.y) < 0.4
      {
        continue
      }
      d += (d.isEmpty ? "M" : "L") + "\(at(point.x)) \(at(point.y))"
      last = point
    }
    if all.count > 1 { drawing.path(d, "line " + style) }
    if all.count <= 12 { for point in all { drawing.dot(point.x, point.y, 2.5, "dot " + style) } }
  }

  /// From the axis up to `value`, between two places of x.
  mutating func bar(
    _ range: ClosedRange<Double>, _ value: Double, _ style: String, note: String
  ) {
    guard let a = x.place(range.lowerBound), let b = x.place(range.upperBound),
      let high = y.place(value)
    else { return }
    drawing.box(a + 0.5, high, b - a - 1, bottom - high, style, note: note)
  }

  /// A point that matters, with words beside it.
  mutating func mark(_ point: Point, _ text: String, _ style: String) {
    guard let place = places([point]).first else { return }
    drawing.line(place.x, top, place.x, bottom, "guide")
    drawing.dot(place.x, place.y, 4, "dot " + style)
    let isRight = place.x > (left + right) / 2
    drawing.text(
      text, place.x + (isRight ? -8 : 8), max(top + 10, place.y - 8), "note",
      isRight ? .end : .start)
  }

  /// From one value to another at a place of x.
  mutating func span(_ x: Double, _ low: Double, _ high: Double, _ style: String) {
    let ends = places([(x, low), (x, high)])
    guard ends.count == 2 else { return }
    drawing.line(ends[0].x, ends[0].y, ends[1].x, ends[1].y, "line " + style)
  }

  /// A few words beside each point, on the first side where they cover neither another point nor other words.
  mutating func name(_ named: [(point: Point, text: String)]) {
    let found = named.flatMap { one in places([one.point]).map { (place: $0, text: one.text) } }
    var taken = found.map { Box(x: $0.place.x - 4, y: $0.place.y - 4, width: 8, height: 8) }
    for (place, text) in found {
      let width = Drawing.letter * Double(text.count)
      let sides = [(-7 - width, -5.0), (7, 13), (7, -5), (-7 - width, 13)].map { dx, dy in
        Box(x: place.x + dx, y: place.y + dy - 10, width: width, height: 12)
      }
      let free = sides.first { side in
        side.x >= left && side.x + width <= Plot.width && !taken.contains(where: side.overlaps)
      }
      let box = free ?? sides[0]
      taken.append(box)
      let isLeft = box.x < place.x
      drawing.text(
        text, place.x + (isLeft ? -7 : 7), box.y + 10, "key", isLeft ? .end : .start)
    }
  }

  /// What something covers.
  private struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    func overlaps(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height
        && other.y < y + height
    }
  }

  mutating func guide(_ from: Point, _ to: Point) {
    let ends = places([from, to])
    guard ends.count == 2 else { return }
    drawing.line(ends[0].x, ends[0].y, ends[1].x, ends[1].y, "guide")
  }
}
