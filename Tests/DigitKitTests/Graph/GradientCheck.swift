import Testing

@testable import DigitKit

/// Compares a model's gradients with central differences of its loss, parameter by parameter, each in a
/// random direction.
///
/// Numbers are floats, so the difference of two losses carries rounding of about 1e-7 of their size;
/// with steps of a hundredth and Richardson's extrapolation what remains is well below `tolerance`,
/// while a wrong rule is off by a multiple of it.
func checkGradients(
  _ model: Model, _ data: [String: DataArray], images: Int = 6, tolerance: Double = 0.01,
  step: Double = 0.02, seed: UInt64 = 5,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let parameters = Parameters(for: model)
  parameters.initialise(seed: seed)
  // Vectors begin with 0 and 1, which hides what depends on them.
  for info in model.parameters where info.kind == .weight && info.shape.count == 1 {
    let noise = direction(info.count, seed: seed &+ 1)
    let values = try parameters.values(of: info.name)
    try parameters.set(info.name, to: zip(values, noise).map { $0 + 0.2 * $1 })
  }
  let plan = try model.plan(.train(), batch: images, lanes: min(2, images))
  let runner = try Runner(plan, parameters: parameters, threads: 2, instructionSet: "ref")
  let indices = (0..<images).map { Int64($0) }
  func loss() throws -> Double {
    try runner.run(data, indices: indices, phases: [.prepare, .compute]).loss
  }
  _ = try loss()
  var gradients: [String: [Float]] = [:]
  for info in model.parameters where info.isTrained {
    gradients[info.name] = try runner.gradient(of: info.name)
  }
  for (number, info) in model.parameters.enumerated() where info.isTrained {
    let d = direction(info.count, seed: seed &+ 10 &+ UInt64(number))
    let start = try parameters.values(of: info.name)
    let length = d.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
    func slope(_ h: Double) throws -> Double {
      func at(_ h: Double) throws -> Double {
        try parameters.set(
          info.name, to: zip(start, d).map { $0 + Float(h / length) * $1 })
        return try loss()
      }
      return (try at(h) - at(-h)) / (2 * h)
    }
    let wide = try slope(step)
    let narrow = try slope(step / 2)
    let found = (4 * narrow - wide) / 3
    try parameters.set(info.name, to: start)
    let gradient = gradients[info.name] ?? []
    let wanted = zip(gradient, d).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / length
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(
      abs(found - wanted) <= tolerance * max(abs(wanted), 0.1 * norm) + 2e-5,
      "\(info.name): gradient \(wanted), differences \(found)", sourceLocation: sourceLocation)
  }
}

/// Numbers of -1 and 1.
func direction(_ count: Int, seed: UInt64) -> [Float] {
  Engine.randomNumbers(seed: seed, purpose: .test, count: count).map { $0 & 1 == 0 ? -1 : 1 }
}

/// Numbers between -1 and 1.
func randomFloats(_ count: Int, seed: UInt64) -> [Float] {
  Engine.randomNumbers(seed: seed, purpose: .test, count: count).map { Float($0) * 0x1p-31 - 1 }
}
