/// A digit bent as a whole: slanted, turned, wider or narrower, its parts of different size.
struct Bend {
  private var xx: Float
  private var xy: Float
  private var yx: Float
  private var yy: Float
  private var curves: [Float]

  init(slant: Float, variety: Float, _ random: inout RandomStream) {
    let aspect = random.factor(0.25 * variety)
    let slant = slant + random.bell() * 0.05 * variety
    // Cosine and sine of a small angle from the tangent of its half.
    let half = random.bell() * 0.045 * variety
    let (cosine, sine) = ((1 - half * half) / (1 + half * half), 2 * half / (1 + half * half))
    xx = cosine * aspect
    xy = -cosine * slant - sine
    yx = sine * aspect
    yy = -sine * slant + cosine
    let bent = (0.03 + 0.05 * random.unit()) * variety
    curves = (0..<8).map { _ in random.bell() * bent }
  }

  func moved(_ point: PenPoint) -> PenPoint {
    // From the middle, -1 to 1. The cubes bend the ends away from the middle.
    let u = 2 * point.x - 1
    let v = 2 * point.y - 1
    let (uu, uv, vv) = (u * u, u * v, v * v)
    let x = u + curves[0] * vv + curves[1] * uv + curves[2] * uu + curves[3] * v * (vv - 0.6)
    let y = v + curves[4] * vv + curves[5] * uv + curves[6] * uu + curves[7] * u * (uu - 0.6)
    return PenPoint(x: xx * x + xy * y, y: yx * x + yy * y) * 0.5
  }
}
