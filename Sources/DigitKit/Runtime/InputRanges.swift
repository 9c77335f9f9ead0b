import ckernels

extension IntegerLayers {
  /// The layers that `choice` means, with steps that make the largest number each reads of these pictures its largest
  /// integer. Give it pictures of the training part, some 1,000: what exceeds their range later is cut off.
  public init(
    _ choice: Choice, of model: Model, parameters: Parameters, on pictures: LabelledData,
    threads: Int = 0
  ) throws {
    let ranges = try InputRanges(
      of: model.layers(inIntegers: choice), in: model, parameters: parameters, on: pictures,
      threads: threads)
    self.init(
      steps: ranges.largest.reduce(into: [:]) { steps, entry in
        let limit = Float(ck_integer_limit(Int64(model.inputsOfSum(entry.key))))
        // A layer that reads nothing but zeros may as well round to anything.
        steps[entry.key] = entry.value > 0 ? entry.value / limit : 1
      })
  }
}

extension Model {
  /// The node of a layer that has a form in integers, and its layer.
  fileprivate func integerNode(_ name: String) -> (node: Node, layer: any IntegerOperation)? {
    for node in graph.nodes where node.name == name {
      if let layer = node.operation as? any IntegerOperation { return (node, layer) }
    }
    return nil
  }

  fileprivate func inputsOfSum(_ name: String) -> Int {
    integerNode(name).map { $0.layer.inputsOfSum(reading: graph.nodes[$0.node.inputs[0]].shape) }
      ?? 1
  }

  /// The largest number, by size, that a pixel can become.
  fileprivate var largestPixel: Float {
    inputs.flatMap { input in
      zip(input.scale, input.shift).flatMap { [abs($1), abs(255 * $0 + $1)] }
    }.max() ?? 0
  }
}

/// The largest number, by size, that layers read when a network sees some pictures.
struct InputRanges {
  private(set) var largest: [String: Float] = [:]

  /// Arrays that one plan writes: the C core takes 16.
  private static let atOnce = 12
  private static let batch = 32

  init(
    of layers: [String], in model: Model, parameters: Parameters, on pictures: LabelledData,
    threads: Int
  ) throws {
    let data = try ModelData(pictures, for: model)
    var watched: [(layer: String, value: NodeID)] = []
    for layer in layers {
      guard let input = model.integerNode(layer)?.node.inputs[0] else { continue }
      // Pictures as they come have no form that a plan writes, but their range is known.
      if model.graph.nodes[input].shape.isRaw {
        widen(layer, to: model.largestPixel)
      } else {
        watched.append((layer, input))
      }
    }
    for first in stride(from: 0, to: watched.count, by: Self.atOnce) {
      let some = Array(watched[first..<min(first + Self.atOnce, watched.count)])
      try measure(some, model, parameters, data, threads: threads)
    }
  }

  private mutating func measure(
    _ watched: [(layer: String, value: NodeID)], _ model: Model, _ parameters: Parameters,
    _ data: ModelData, threads: Int
  ) throws {
    let plan = try model.plan(writing: watched.map(\.value), batch: Self.batch)
    let runner = try Runner(plan, parameters: parameters, threads: threads)
    try data.withArrays { arrays in
      for first in stride(from: 0, to: data.indices.count, by: Self.batch) {
        let images = data.indices[first..<min(first + Self.batch, data.indices.count)]
        try runner.run(
          arrays, indices: images.map(Int64.init),
          phases: first == 0 ? [.prepare, .compute] : .compute)
        for (place, entry) in watched.enumerated() {
          let values = try runner.result(Model.written(place), images: images.count)
          widen(entry.layer, to: values.reduce(0) { max($0, abs($1)) })
        }
      }
    }
  }

  private mutating func widen(_ layer: String, to value: Float) {
    largest[layer] = max(largest[layer] ?? 0, value)
  }
}

extension Model {
  /// The name of the result that holds value number `place` of `plan(writing:)`.
  fileprivate static func written(_ place: Int) -> String { "value \(place)" }

  /// A plan for prediction that writes these nodes' values, as the layers behind them read them.
  fileprivate func plan(writing values: [NodeID], batch: Int) throws -> Plan {
    var graph = graph
    let heads = try values.enumerated().map { place, value in
      let name = Self.written(place)
      return try graph.append(Output(result: name), name: name, inputs: [value])
    }
    let compiler = PlanCompiler(
      model: self, purpose: .predict([]), batch: batch, lanes: CostModel.lanes(batch: batch),
      tile: CostModel.tile(batch: batch))
    return try Plan(compiler.layout(of: graph, heads: heads), purpose: .predict([]))
  }
}
