/// One digit of a string: how much of each pixel is ink, with no empty row or column around it.
struct Glyph {
  var width: Int
  var height: Int
  /// 0 to 1.
  var ink: [Float]

  /// What is left without empty borders; nil if there is no ink. Fainter pixels than `threshold` are none.
  init?(width: Int, height: Int, ink: [Float], threshold: Float = 0.1) {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where ink[y * width + x] >= threshold {
        (left, right) = (min(left, x), max(right, x))
        (top, bottom) = (min(top, y), max(bottom, y))
      }
    }
    guard right >= left else { return nil }
    self.width = right - left + 1
    self.height = bottom - top + 1
    self.ink = (top...bottom).flatMap { y in
      ink[y * width + left...y * width + right].map { $0 >= threshold ? $0 : 0 }
    }
  }

  /// A picture of a set, which must be light on dark.
  init?(of set: ImageSet, _ index: Int) {
    let bytes = set.image(index)
    let first = bytes.startIndex
    let ink = (0..<set.height * set.width).map { pixel in
      Float(bytes[first + pixel * set.channels]) / 255
    }
    self.init(width: set.width, height: set.height, ink: ink)
  }

  /// `height` rows high and as much wider as that makes it, slanted by `slant` columns a row, and its lines
  /// thicker (1) or thinner (-1) by about a pixel of the original.
  func shaped(height rows: Int, slant: Float, thickness: Float) -> Glyph? {
    let grown = thickness == 0 ? ink : Glyph.grown(ink, width, height, thickness)
    let scale = Float(rows) / Float(height)
    let lean = abs(slant) * Float(rows)
    let columns = max(1, Int((Float(width) * scale + lean).rounded(.up)))
    var shaped = [Float](repeating: 0, count: rows * columns)
    for y in 0..<rows {
      // Upright lines lean to the right for a positive slant.
      let offset = slant > 0 ? slant * Float(rows - 1 - y) : -slant * Float(y)
      let sourceY = (Float(y) + 0.5) / scale - 0.5
      for x in 0..<columns {
        let sourceX = (Float(x) + 0.5 - offset) / scale - 0.5
        shaped[y * columns + x] = Glyph.between(grown, width, height, sourceX, sourceY, 1 / scale)
      }
    }
    return Glyph(width: columns, height: rows, ink: shaped)
  }

  /// The value at a place between pixels; where pixels shrink, the mean of as many as one is made of.
  private static func between(
    _ ink: [Float], _ width: Int, _ height: Int, _ x: Float, _ y: Float, _ shrink: Float
  ) -> Float {
    let reach = max(1, shrink)
    let (left, right) = (Int((x - reach).rounded(.up)), Int((x + reach).rounded(.down)))
    let (top, bottom) = (Int((y - reach).rounded(.up)), Int((y + reach).rounded(.down)))
    guard left < width, right >= 0, top < height, bottom >= 0 else { return 0 }
    var (sum, weights): (Float, Float) = (0, 0)
    for row in top...bottom {
      let down = 1 - abs(Float(row) - y) / reach
      for column in left...right {
        let weight = down * (1 - abs(Float(column) - x) / reach)
        weights += weight
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        sum += weight * ink[row * width + column]
      }
    }
    return weights > 0 ? sum / weights : 0
  }

  /// Towards the largest (1) or smallest (-1) value among each pixel and its four neighbours.
  private static func grown(
    _ ink: [Float], _ width: Int, _ height: Int, _ amount: Float
  ) -> [Float] {
    var grown = ink
    for y in 0..<height {
      for x in 0..<width {
        let here = ink[y * width + x]
        var extreme = here
        for (nx, ny) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)] {
          guard (0..<width).contains(nx), (0..<height).contains(ny) else { continue }
          let value = ink[ny * width + nx]
          extreme = amount > 0 ? max(extreme, value) : min(extreme, value)
        }
        grown[y * width + x] = here + (extreme - here) * min(1, abs(amount))
      }
    }
    return grown
  }
}
