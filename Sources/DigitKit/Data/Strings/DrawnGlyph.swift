extension Glyph {
  /// Strokes drawn `rows` pixels high.
  init?(_ strokes: [InkStroke], rows: Int, _ ink: Ink, _ random: inout RandomStream) {
    let extent = InkExtent(strokes)
    // Digits much wider than high are fitted by their width.
    let scale = extent.scale(toFit: Float(rows), by: max(extent.height, extent.width / 1.6))
    let width = Int((extent.width * scale + 2 * extent.radius).rounded(.up)) + 4
    let height = rows + 4
    let middle = PenPoint(x: Float(width) / 2, y: Float(height) / 2)
    var canvas = InkCanvas(width: width, height: height)
    for stroke in extent.moved(strokes, scale: scale, middle: middle) { canvas.draw(stroke) }
    self.init(width: width, height: height, ink: ink.dry(canvas, &random))
  }
}
