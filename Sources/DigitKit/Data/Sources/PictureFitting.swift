extension Picture {
  /// Three channels, also of what is grey.
  var coloured: Picture {
    if channels == 3 { return self }
    return Picture(width, height, 3, bytes.flatMap { [$0, $0, $0] })
  }

  /// Made as large as fits into the size, its shape kept, in the middle of the brightness its edge has.
  func fitted(height: Int, width: Int) throws(DataError) -> Picture {
    let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
    let inner = (
      width: max(1, min(width, Int((Double(self.width) * scale).rounded()))),
      height: max(1, min(height, Int((Double(self.height) * scale).rounded())))
    )
    let small = try resized(width: inner.width, height: inner.height)
    let (left, top) = ((width - inner.width) / 2, (height - inner.height) / 2)
    return try small.padded(
      left: left, top: top, right: width - inner.width - left, bottom: height - inner.height - top,
      with: edgeBrightness)
  }

  /// The median brightness of the pixels at the edge: what lies around is most likely like it.
  private var edgeBrightness: UInt8 {
    let grey = self.grey
    let rows = [0, height - 1].flatMap { y in (0..<width).map { grey[$0, y] } }
    let columns = [0, width - 1].flatMap { x in (0..<height).map { grey[x, $0] } }
    let sorted = (rows + columns).sorted()
    return sorted[sorted.count / 2]
  }
}
