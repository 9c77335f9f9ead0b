/// Pictures taken from the caller's array by index, standardised, and augmented where the plan trains.
///
///     y = x * scale[c] + shift[c]
struct InputOperation: Operation {
  var input: Input
  /// Of a plan that trains.
  var augmentation: Augmentation?
  /// Names the random numbers.
  var number: Int32

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    .raw(input.height, input.width, input.channels)
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let source = draft.array(
      PlanArray(
        name: node.name, type: input.type == .bytes ? .bytes : .floats,
        values: input.sourceHeight * input.sourceWidth * input.channels, isResult: false))
    let augments = draft.trains && augmentation != nil
    if augments || input.isResized {
      draft.emit(
        .warpBytes, "warp", .warp(warp(augments)), [draft.newValue(), source], layer: number)
    } else {
      let code: Opcode = input.type == .bytes ? .gatherBytes : .gatherFloats
      draft.emit(code, "gather", .gather(gather), [draft.newValue(), source])
    }
  }

  private var gather: GatherPlanShape {
    var s = GatherPlanShape()
    s.values = Int64(input.height * input.width * input.channels)
    s.channels = Int32(input.channels)
    s.scale = tuple(input.scale)
    s.shift = tuple(input.shift)
    return s
  }

  private func warp(_ augments: Bool) -> WarpPlanShape {
    var s = WarpPlanShape()
    if augments, let a = augmentation {
      s.rotate = a.rotation * .pi / 180
      s.shift_x = a.shift
      s.shift_y = a.shift
      s.zoom = a.zoom
      s.shear = a.shear
      s.elastic = a.elastic
      s.elastic_spacing = a.elasticSpacing
      s.brightness = a.brightness
      s.contrast = a.contrast
      s.noise = a.noise
      s.erase_probability = a.eraseProbability
      s.erase_size = a.eraseSize
    }
    s.in_height = Int32(input.sourceHeight)
    s.in_width = Int32(input.sourceWidth)
    s.out_height = Int32(input.height)
    s.out_width = Int32(input.width)
    s.channels = Int32(input.channels)
    s.scale = tuple(input.scale)
    s.shift = tuple(input.shift)
    return s
  }

  private func tuple(_ values: [Float]) -> (Float, Float, Float, Float) {
    func at(_ i: Int) -> Float { i < values.count ? values[i] : 0 }
    return (at(0), at(1), at(2), at(3))
  }
}
