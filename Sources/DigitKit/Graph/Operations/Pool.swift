/// A window that moves over each channel: its maximum, its mean, or one element drawn by size.
struct Pool: Operation {
  enum Kind: Sendable { case maximum, average, stochastic }
  var kind: Kind
  var size: Extent
  var stride: Extent
  var margins = Margins()
  /// Names the random numbers of stochastic pooling.
  var number: Int32 = 0

  var passesRectificationOn: Bool { true }

  /// 2x2, stride 2, without padding: what a convolution can do by the way.
  var isPlainPair: Bool {
    kind == .maximum && size == Extent(2) && stride == Extent(2) && margins == Margins()
  }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    let x = inputs[0]
    try x.needsPadding(layer: layer)
    let height = x.height + margins.top + margins.bottom
    let width = x.width + margins.left + margins.right
    guard !x.isFlat else {
      throw GraphError(
        layer: layer, got: x.inWords, needs: "a picture", remedy: "put the pool before Flatten()")
    }
    guard size.height <= height, size.width <= width else {
      throw GraphError(
        layer: layer, got: x.description, needs: "at least \(size) pixels for its window",
        remedy: "use fewer pools, or padding: .same in the convolutions before it")
    }
    return .image(
      (height - size.height) / stride.height + 1, (width - size.width) / stride.width + 1,
      x.channels)
  }

  func planShape(_ x: Shape, _ y: Shape) -> PoolPlanShape {
    var s = PoolPlanShape(x, y)
    s.kernel_height = Int32(size.height)
    s.kernel_width = Int32(size.width)
    s.stride_height = Int32(stride.height)
    s.stride_width = Int32(stride.width)
    s.pad_top = Int32(margins.top)
    s.pad_left = Int32(margins.left)
    s.pad_bottom = Int32(margins.bottom)
    s.pad_right = Int32(margins.right)
    return s
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    let shape = PlanShape.pool(planShape(draft.graph.nodes[node.inputs[0]].shape, node.shape))
    let y = draft.newValue()
    switch kind {
    case .average: draft.emit(.averagePoolForward, "forward", shape, [y, x])
    case .maximum:
      draft.emit(.maxPoolForward, "forward", shape, [y, draft.newImages(.winners), x])
    case .stochastic where draft.trains:
      draft.emit(
        .stochasticPoolForward, "forward", shape, [y, draft.newImages(.winners), x], layer: number)
    case .stochastic: draft.emit(.stochasticPoolPredict, "forward", shape, [y, x])
    }
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    let x = node.inputs[0]
    let shape = planShape(tape.node(x).shape, node.shape)
    let code: Opcode = kind == .average ? .averagePoolBackward : .maxPoolBackward
    let dx = tape.add(
      PoolBackward(code: code, shape: shape), for: id, reading: [gradient],
      shape: tape.node(x).shape)
    tape.pass(dx, to: x)
  }
}

/// The mean of all pixels, per channel.
struct GlobalAveragePool: Operation {
  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    let x = inputs[0]
    try x.needsPadding(layer: layer)
    guard !x.isFlat else {
      throw GraphError(
        layer: layer, got: x.inWords, needs: "a picture", remedy: "put it before Flatten()")
    }
    return .flat(x.channels)
  }

  private func planShape(_ x: Shape) -> PoolPlanShape {
    var s = PoolPlanShape(x, .image(1, 1, x.channels))
    s.kernel_height = 1
    s.kernel_width = 1
    s.stride_height = 1
    s.stride_width = 1
    return s
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = node.inputs[0]
    draft.emit(
      .globalAveragePoolForward, "forward", .pool(planShape(draft.graph.nodes[x].shape)),
      [draft.newValue(), draft.value(x)])
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let x = tape.node(id).inputs[0]
    let shape = tape.node(x).shape
    let dx = tape.add(
      PoolBackward(code: .globalAveragePoolBackward, shape: planShape(shape)), for: id,
      reading: [gradient], shape: shape)
    tape.pass(dx, to: x)
  }
}

/// The gradient of any pool by what it read.
struct PoolBackward: BackwardOperation {
  var code: Opcode
  var shape: PoolPlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    let dy = draft.value(node.inputs[0])
    let dx = draft.newValue()
    let winners = draft.byproduct(.winners, of: node)
    draft.emit(
      code, "backward", .pool(shape), winners == .none ? [dx, dy] : [dx, dy, winners])
  }
}

extension PoolPlanShape {
  fileprivate init(_ x: Shape, _ y: Shape) {
    self.init()
    in_height = Int32(x.height)
    in_width = Int32(x.width)
    out_height = Int32(y.height)
    out_width = Int32(y.width)
    channels = Int32(x.channels)
    stored = Int32(x.stored)
    dilation_height = 1
    dilation_width = 1
  }
}
