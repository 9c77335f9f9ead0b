/// A picture as one row of numbers: nothing moves.
struct FlattenOperation: Operation {
  var passesRectificationOn: Bool { true }

  func shape(of inputs: [Shape], layer: String) throws -> Shape { inputs[0].flattened }
  func lower(_ node: Node, into draft: inout Draft) {}
  func isNothing(training: Bool) -> Bool { true }
}

/// Rows and columns of zeros around a picture. It never runs: the convolution behind it takes them
/// over as its own padding.
struct ZeroPadding: Operation {
  var margins: Margins

  func shape(of inputs: [Shape], layer: String) throws -> Shape {
    var shape = inputs[0]
    guard !shape.isFlat else {
      throw GraphError(
        layer: layer, got: shape.inWords, needs: "a picture", remedy: "put it before Flatten()")
    }
    shape.height += margins.top + margins.bottom
    shape.width += margins.left + margins.right
    return shape
  }

  func lower(_ node: Node, into draft: inout Draft) {}
}
