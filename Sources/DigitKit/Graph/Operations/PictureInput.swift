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
    let y = draft.newValue()
    let change = draft.trains ? augmentation : nil
    let pixels = input.height * input.width * input.channels
    if change?.changesPictures == true || input.isResized {
      draft.take(
        .warpBytes, "warp", .warp(WarpPlanShape(input, change)), y, source, count: pixels,
        layer: number, values: change?.chances ?? [])
    } else {
      let code: Opcode = input.type == .bytes ? .gatherBytes : .gatherFloats
      draft.take(code, "gather", .gather(gather), y, source, count: pixels)
    }
  }

  private var gather: GatherPlanShape {
    var s = GatherPlanShape()
    s.values = Int64(input.height * input.width * input.channels)
    s.channels = Int32(input.channels)
    s.scale = fourfold(input.scale)
    s.shift = fourfold(input.shift)
    return s
  }
}

extension WarpPlanShape {
  /// The sizes of an input and how far its pictures may be changed.
  init(_ input: Input, _ change: Augmentation?) {
    self.init()
    if let change {
      rotate = change[.rotate] * .pi / 180
      shift_x = change[.shift]
      shift_y = change[.shift]
      zoom = change[.scale]
      shear = change[.shear]
      elastic = change[.elastic]
      elastic_spacing = change.elasticSpacing
      perspective = change[.perspective]
      thickness = change[.thickness]
      blur = change[.blur]
      brightness = change[.brightness]
      contrast = change[.contrast]
      noise = change[.noise]
      erase_probability = change[.erase]
      erase_size = change.eraseSize
    }
    in_height = Int32(input.sourceHeight)
    in_width = Int32(input.sourceWidth)
    out_height = Int32(input.height)
    out_width = Int32(input.width)
    channels = Int32(input.channels)
    scale = fourfold(input.scale)
    shift = fourfold(input.shift)
  }
}

private func fourfold(_ values: [Float]) -> (Float, Float, Float, Float) {
  func at(_ i: Int) -> Float { i < values.count ? values[i] : 0 }
  return (at(0), at(1), at(2), at(3))
}

extension Augmentation {
  /// How often pictures are mirrored, overturned and inverted, as ops.def has them.
  var chances: [Float] { [self[.flipHorizontal], self[.flipVertical], self[.invert]] }

  /// Whether anything but mixup is asked for.
  var changesPictures: Bool { changes.contains { $0.kind != .mixup && $0.amount != 0 } }
}

extension Draft {
  /// Takes data by index into `y`, `count` stored numbers of an image. With mixup also those of each
  /// image's partner, and joins both.
  mutating func take(
    _ code: Opcode, _ what: String, _ shape: PlanShape, _ y: Operand, _ source: Operand,
    count: Int, layer: Int32 = 0, values: [Float] = []
  ) {
    emit(code, what, shape, [y, source], layer: layer, values: values)
    guard let alpha = options.training?.augmentation?[.mixup], alpha > 0 else { return }
    let partner = newImages(.partner)
    emit(code, "partner", shape, [partner, source], layer: layer, option: 1, values: values)
    emit(.mix, "mix", .flat(count), [y, y, partner], values: [alpha])
  }

  /// Targets as rows in stored form: those of the caller, or made of labels.
  mutating func takeTargets(_ code: Opcode, _ rows: RowsPlanShape, _ array: PlanArray) -> Operand {
    let targets = newImages(.targets)
    take(
      code, "targets", .rows(rows), targets, self.array(array),
      count: Int(rows.rows) * Int(rows.stored))
    return targets
  }

  /// Whether images of a batch are mixed.
  var mixes: Bool { options.training?.augmentation.map { $0[.mixup] > 0 } ?? false }
}
