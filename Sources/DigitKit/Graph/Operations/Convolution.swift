/// A two-dimensional convolution, with what Fusion puts behind it: bias, a 2x2 maximum, an activation.
///
///     y[oy][ox][o] = bias[o] + sum over ky, kx, i of x[oy * s + ky * d - p][ox * s + kx * d - p][i] * w[o][i][ky][kx]
struct Convolution: IntegerOperation {
  var channels: Int
  var kernel: Extent
  var stride = Extent(1)
  var dilation = Extent(1)
  var groups = 1
  /// Rows and columns of zeros around the picture.
  var margins = Margins()
  var hasBias = true
  // Known once its input is: pixels before the pool, and channels that one output sees.
  var fullPixels = 0
  var inputsPerGroup = 0
  // What the planner decides.
  var activation = FusedActivation.identity
  var slope: Float = 0
  var hasPool = false
  /// Whether the threads share out its channels instead of its images.
  var byChannel = false
  /// Whether pictures are so few that packed weights, in memory, would be larger than worth fetching.
  var takesFew = false
  var inputStep: Float?

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    let full = try fullShape(inputs[0], layer: layer)
    return hasPool ? .image(full.height / 2, full.width / 2, channels) : full
  }

  /// Before the pool.
  func fullShape(_ x: Shape, layer: String) throws -> Shape {
    guard !x.isFlat else {
      throw GraphError(
        layer: layer, got: x.inWords, needs: "a picture",
        remedy: "put the convolution before Flatten() and Dense")
    }
    let inWidth = x.width + margins.left + margins.right
    let inHeight = x.height + margins.top + margins.bottom
    let extent = Extent(
      dilation.height * (kernel.height - 1) + 1, dilation.width * (kernel.width - 1) + 1)
    guard extent.height <= inHeight, extent.width <= inWidth else {
      throw GraphError(
        layer: layer, got: x.description,
        needs:
          "at least \(extent) pixels for its kernel, padding included (here \(inHeight)x\(inWidth))",
        remedy: "use a smaller kernel, padding: .same, or fewer pools before it")
    }
    guard x.channels % groups == 0, channels % groups == 0 else {
      throw GraphError(
        layer: layer, got: "\(x.channels) channels in, \(channels) out",
        needs: "multiples of its \(groups) groups", remedy: "choose groups that divide both")
    }
    return .image(
      (inHeight - extent.height) / stride.height + 1, (inWidth - extent.width) / stride.width + 1,
      channels)
  }

  func planShape(_ x: Shape, _ y: Shape) -> ConvolutionPlanShape {
    var s = ConvolutionPlanShape()
    s.in_height = Int32(x.height)
    s.in_width = Int32(x.width)
    s.in_channels = Int32(x.channels)
    s.in_stored = Int32(x.stored)
    s.out_height = Int32(y.height)
    s.out_width = Int32(y.width)
    s.out_channels = Int32(channels)
    s.out_stored = Int32(y.stored)
    s.kernel_height = Int32(kernel.height)
    s.kernel_width = Int32(kernel.width)
    s.stride_height = Int32(stride.height)
    s.stride_width = Int32(stride.width)
    s.pad_top = Int32(margins.top)
    s.pad_left = Int32(margins.left)
    s.dilation_height = Int32(dilation.height)
    s.dilation_width = Int32(dilation.width)
    s.groups = Int32(groups)
    s.activation = activation.code
    s.slope = activation == .leakyReLU ? slope : 0
    s.pool = hasPool ? 1 : 0
    if takesFew { s.algorithm = ConvolutionForm.few }
    return s
  }

  func planShape(_ x: Shape) -> ConvolutionPlanShape {
    // It was inferred once when the node was added, so it cannot fail now.
    planShape(x, (try? fullShape(x, layer: "")) ?? x)
  }

  func multiplyAdds(_ node: Node) -> Int {
    fullPixels * kernel.height * kernel.width * inputsPerGroup * channels
  }

  var isPlain: Bool { groups == 1 }

  func inputsOfSum(reading x: Shape) -> Int { kernel.height * kernel.width * x.stored }

  func work(reading x: Shape) -> LayerWork {
    let shape = planShape(x)
    return LayerWork(
      weightBytes: ConvolutionForm(shape).prepared,
      multiplyAdds: fullPixels * inputsOfSum(reading: x) * Int(shape.out_stored))
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let shape = PlanShape.convolution(planShape(draft.graph.nodes[node.inputs[0]].shape))
    if let inputStep {
      draft.emitIntegers(node, shape, .convQuantiseWeights, .convForwardS16, step: inputStep)
      return
    }
    let (prepared, isNew) = draft.packedWeights(.convForwardPrepare, node.parameters[0])
    if isNew {
      draft.emit(
        .convForwardPrepare, "prepare", shape, [prepared, draft.parameter(node.parameters[0])],
        stage: .prepare, kind: .parts)
    }
    let x = draft.value(node.inputs[0])
    let y = draft.newValue()
    let winners = hasPool && draft.hasBackward ? draft.newImages(.winners) : .none
    draft.emit(
      .convForward, "forward", shape, [y, winners, x, prepared, draft.parameter(node.bias)],
      kind: byChannel ? .parts : .tiles)
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let node = tape.node(id)
    let x = node.inputs[0]
    // Behind a fused pool the kernels see to the activation; elsewhere it is a step of its own.
    let dy =
      hasPool
      ? gradient : tape.throughActivation(activation, slope, of: id, gradient: gradient)
    let shape = planShape(tape.node(x).shape)
    if node.parameters.contains(where: { tape.isTrained($0) }) {
      if byChannel {
        tape.addLast(
          ConvolutionGradientByChannel(shape: shape), for: id, reading: [x, dy],
          parameters: node.parameters)
      } else {
        let sums = tape.add(
          ConvolutionBackwardWeight(shape: shape), for: id, reading: [x, dy],
          parameters: node.parameters)
        tape.addLast(
          ConvolutionGradient(shape: shape), for: id, reading: [], parameters: node.parameters,
          partner: sums)
      }
    }
    guard tape.isLearning(x) else { return }
    let dx = tape.add(
      ConvolutionBackwardInput(shape: shape, byChannel: byChannel), for: id, reading: [dy],
      shape: tape.node(x).shape, parameters: node.parameters)
    tape.pass(dx, to: x)
  }
}

extension Node {
  /// The second parameter of a layer that has a bias.
  var bias: Int? { parameters.count > 1 ? parameters[1] : nil }
}

/// `dx`, from the gradient of the output and the weights.
private struct ConvolutionBackwardInput: BackwardOperation {
  var shape: ConvolutionPlanShape
  var byChannel: Bool

  func lower(_ node: Node, into draft: inout Draft) {
    let (prepared, isNew) = draft.packedWeights(.convBackwardInputPrepare, node.parameters[0])
    if isNew {
      draft.emit(
        .convBackwardInputPrepare, "prepare back", .convolution(shape),
        [prepared, draft.parameter(node.parameters[0])], stage: .prepare, kind: .parts)
    }
    let dy = draft.value(node.inputs[0])
    let winners = draft.byproduct(.winners, of: node)
    draft.emit(
      .convBackwardInput, "backward input", .convolution(shape),
      [draft.newValue(), dy, winners, prepared], kind: byChannel ? .parts : .tiles)
  }
}

/// The weight gradient of each lane.
private struct ConvolutionBackwardWeight: BackwardOperation {
  var shape: ConvolutionPlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    let winners = draft.byproduct(.winners, of: node)
    let sums = draft.newLane(.sums)
    let hasBias = draft.gradient(node.bias) != .none
    let biasSums = hasBias ? draft.newLane(.biasSums) : .none
    draft.emit(
      .convBackwardWeight, "backward weight", .convolution(shape),
      [sums, biasSums, draft.value(node.inputs[0]), draft.value(node.inputs[1]), winners])
  }
}

/// The sums of all lanes, brought to the gradient.
private struct ConvolutionGradient: BackwardOperation {
  var shape: ConvolutionPlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    draft.emit(
      .convGradient, "gradient", .convolution(shape),
      [
        draft.gradient(node.parameters[0]), draft.gradient(node.bias),
        draft.byproduct(.sums, of: node), draft.byproduct(.biasSums, of: node),
      ], kind: .parts)
  }
}

/// The two in one, split by input channel: one copy of the sums, none per lane.
private struct ConvolutionGradientByChannel: BackwardOperation {
  var shape: ConvolutionPlanShape

  func lower(_ node: Node, into draft: inout Draft) {
    draft.emit(
      .convGradientByChannel, "gradient", .convolution(shape),
      [
        draft.gradient(node.parameters[0]), draft.gradient(node.bias), draft.sumsInTurn(),
        draft.value(node.inputs[0]), draft.value(node.inputs[1]),
      ], kind: .parts)
  }
}
