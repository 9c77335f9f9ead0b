/// A function of each number by itself.
struct Elementwise: Operation {
  var function: Function

  /// The functions, with what their gradient is computed from.
  enum Function: Sendable, Equatable {
    case relu
    case leakyReLU(slope: Float)
    case sigmoid
    case tanh
    case gelu
    case silu

    /// Whether the gradient needs what went in; else what came out.
    var learnsFromInput: Bool { self == .gelu || self == .silu }

    var slope: Float {
      if case .leakyReLU(let slope) = self { slope } else { 0 }
    }

    var codes: (forward: Opcode, backward: Opcode) {
      switch self {
      case .relu: (.reluForward, .reluBackward)
      // Slopes are above zero, so that the sign of what came out is that of what went in.
      case .leakyReLU: (.leakyReLUForward, .leakyReLUBackward)
      case .sigmoid: (.sigmoidForward, .sigmoidBackward)
      case .tanh: (.tanhForward, .tanhBackward)
      case .gelu: (.geluForward, .geluBackward)
      case .silu: (.siluForward, .siluBackward)
      }
    }
  }

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    _ = try inputs[0].rows(layer: layer)
    if case .leakyReLU(let slope) = function, !(slope > 0 && slope <= 1e6) {
      throw GraphError(
        layer: layer, got: "slope \(slope)", needs: "a slope above 0", remedy: "use ReLU() for 0")
    }
    return inputs[0]
  }

  func lower(_ node: Node, into draft: inout Draft) {
    let x = draft.value(node.inputs[0])
    draft.emit(
      function.codes.forward, "forward", .rows(node.shape.rows), [draft.newValue(over: 0), x],
      values: [function.slope])
  }

  func differentiate(_ id: NodeID, gradient: NodeID, on tape: inout Tape) {
    let x = tape.node(id).inputs[0]
    let dx = tape.add(
      ElementwiseBackward(function: function), for: id,
      reading: [gradient, function.learnsFromInput ? x : id])
    tape.pass(dx, to: x)
  }
}

private struct ElementwiseBackward: BackwardOperation {
  var function: Elementwise.Function

  func lower(_ node: Node, into draft: inout Draft) {
    let dy = draft.value(node.inputs[0])
    let known = draft.value(node.inputs[1])
    draft.emit(
      function.codes.backward, "backward", .rows(node.shape.rows),
      [draft.newValue(over: 0), dy, known], values: [function.slope])
  }
}

extension Tape {
  /// The gradient before the activation that a layer computes with its product: from the value alone.
  mutating func throughActivation(
    _ activation: FusedActivation, _ slope: Float, of id: NodeID, gradient: NodeID
  ) -> NodeID {
    let function: Elementwise.Function
    switch activation {
    case .identity: return gradient
    case .relu: function = .relu
    case .leakyReLU: function = .leakyReLU(slope: slope)
    }
    return add(ElementwiseBackward(function: function), for: id, reading: [gradient, id])
  }
}

extension Shape {
  /// Its rows as elementwise kernels see them; a picture as it came is one row without padding.
  var rows: RowsPlanShape {
    if isRaw {
      return RowsPlanShape(
        rows: 1, channels: Int32(storedCount), stored: Int32(storedCount))
    }
    return RowsPlanShape(rows: Int64(pixels), channels: Int32(channels), stored: Int32(stored))
  }

  func rows(layer: String) throws -> RowsPlanShape {
    if isRaw && storedCount != Shape.storedChannels(storedCount) {
      throw GraphError(
        layer: layer, got: "the \(self) picture itself",
        needs: "a convolution or dense layer between the picture and it",
        remedy: "or a picture of a multiple of 16 numbers")
    }
    return rows
  }

  /// An error where a picture arrives as it came in: its numbers are not padded.
  func needsPadding(layer: String) throws {
    if isRaw {
      throw GraphError(
        layer: layer, got: "the \(self) picture itself",
        needs: "a convolution or dense layer between the picture and it",
        remedy: "put Conv2D or Dense first")
    }
  }
}
