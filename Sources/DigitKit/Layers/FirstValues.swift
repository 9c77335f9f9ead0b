extension ParameterInfo {
  /// How it begins, in PyTorch's layout; drawn by (seed, name).
  func firstValues(seed: UInt64) -> [Float] {
    let fanIn = Double(layout.fanIn)
    let fanOut = Double(layout.fanOut)
    switch initialiser {
    case .zeros: return Array(repeating: 0, count: count)
    case .constant(let value): return Array(repeating: value, count: count)
    case .values(let values): return values
    case .usual: return uniform(isRectified ? 6 / fanIn : 6 / (fanIn + fanOut), seed)
    case .glorotUniform: return uniform(6 / (fanIn + fanOut), seed)
    case .heUniform: return uniform(6 / fanIn, seed)
    case .glorotNormal: return normal(2 / (fanIn + fanOut), seed)
    case .heNormal: return normal(2 / fanIn, seed)
    case .orthogonal(let gain): return orthogonal(gain, seed)
    }
  }

  /// Uniform within the root of `square`.
  private func uniform(_ square: Double, _ seed: UInt64) -> [Float] {
    let limit = square.squareRoot()
    return inPlainOrder(random(seed, count).map { Float(limit * (Double($0) * 0x1p-31 - 1)) })
  }

  /// Normal, by Marsaglia's polar method.
  private func normal(_ variance: Double, _ seed: UInt64) -> [Float] {
    let deviation = variance.squareRoot()
    return inPlainOrder(normals(seed, count).map { Float(deviation * $0) })
  }

  private func normals(_ seed: UInt64, _ count: Int) -> [Double] {
    // Of the points drawn in a square, those in the circle (four in five) are used, two numbers each.
    let bits = random(seed, 4 * count + 64)
    var result: [Double] = []
    var next = 0
    while result.count < count, next + 1 < bits.count {
      let u = Double(bits[next]) * 0x1p-31 - 1
      let v = Double(bits[next + 1]) * 0x1p-31 - 1
      next += 2
      let s = u * u + v * v
      guard s > 0, s < 1 else { continue }
      let factor = (-2 * naturalLogarithm(s) / s).squareRoot()
      result += [u * factor, v * factor]
    }
    return Array((result + Array(repeating: 0, count: count)).prefix(count))
  }

  /// Rows, or columns where these are fewer, made orthogonal one after the other (Gram and Schmidt).
  private func orthogonal(_ gain: Float, _ seed: UInt64) -> [Float] {
    let rows = max(1, shape[0])
    let columns = count / rows
    let (short, long) = (min(rows, columns), max(rows, columns))
    let drawn = normals(seed, count)
    var basis: [[Double]] = []
    for i in 0..<short {
      var row = Array(drawn[i * long..<(i + 1) * long])
      // Twice, because once leaves what rounding lost.
      for _ in 0..<2 {
        for other in basis {
          let dot = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for j in row.indices { row[j] -= dot * other[j] }
        }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      basis.append(row.map { $0 / max(length, 1e-30) })
    }
    return (0..<count).map { i in
      let (row, column) = (i / columns, i % columns)
      return gain * Float(rows <= columns ? basis[row][column] : basis[column][row])
    }
  }

  /// Numbers were drawn in the order of memory, `[outer][in][out]`, as the C builder draws them; they
  /// leave in PyTorch's, `[out][in][outer]`.
  private func inPlainOrder(_ drawn: [Float]) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count)
    for output in 0..<layout.outputs {
      for input in 0..<layout.inputs {
        for place in 0..<layout.outer {
          result.append(drawn[(place * layout.inputs + input) * layout.outputs + output])
        }
      }
    }
    return result
  }

  private func random(_ seed: UInt64, _ count: Int) -> [UInt32] {
    Engine.randomNumbers(seed: seed ^ name.fnv1a, purpose: .weights, count: count)
  }
}

extension String {
  /// The same first weights for a name, whatever else the network has.
  fileprivate var fnv1a: UInt64 {
    utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }
}

/// The natural logarithm of a number above 0. Of our own, because C libraries differ in the last bit
/// and first weights must not.
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var significand = x.significand
  if significand > 1.414_213_562_373_095 {
    significand /= 2
    exponent += 1
  }
  let t = (significand - 1) / (significand + 1)
  let square = t * t
  var sum = 0.0
  for k in stride(from: 25, through: 1, by: -2) { sum = sum * square + 1 / Double(k) }
  return 2 * t * sum + exponent * 0.693_147_180_559_945_3
}
