/// What a head is trained for.
public enum Loss: Sendable, Hashable {
  /// Cross-entropy of logits and labels (integers). A part `smoothing` of each target is spread over all
  /// classes; `classWeights` has one number per class; images labelled `ignoring` count for nothing.
  case crossEntropy(
    smoothing: Float = 0, classWeights: [Float]? = nil, ignoring: Int32? = nil)
  /// Cross-entropy of logits and rows of probabilities: mixup, distillation.
  case softCrossEntropy(smoothing: Float = 0)
  /// The mean of squared distances to targets (numbers).
  case meanSquaredError
  /// Its root.
  case rootMeanSquaredError
  /// The mean of distances.
  case meanAbsoluteError
  /// Of logits and targets from 0 to 1.
  case binaryCrossEntropy

  /// The array it reads unless told otherwise.
  var usualTarget: String {
    if case .crossEntropy = self { "labels" } else { "targets" }
  }

  /// Whether it takes what comes before a softmax or a sigmoid.
  var takesLogits: Bool {
    switch self {
    case .crossEntropy, .softCrossEntropy, .binaryCrossEntropy: true
    default: false
    }
  }
}

/// What a network is trained for, or gives.
public struct Head: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What comes out, as the network was described.
  var node: NodeID
  /// Nil: only for prediction.
  public var loss: Loss?
  /// Among several losses.
  public var weight: Float
  /// The array of labels or targets.
  public var target: String
  /// Its numbers before a softmax or sigmoid at the end.
  var logits: NodeID = 0
  /// The weights of classes.
  var classWeights: Int?

  var info: HeadInfo { HeadInfo(name: name, array: target, weight: weight) }

  /// Finds the logits, and checks the loss while the network is described.
  mutating func prepare(_ graph: Graph) throws {
    logits = node
    let end = graph.nodes[node]
    let isSoftmax = end.operation is SoftmaxOperation
    let isSigmoid = (end.operation as? Elementwise)?.function == .sigmoid
    if loss == .binaryCrossEntropy ? isSigmoid : isSoftmax { logits = end.inputs[0] }
    guard let loss else { return }
    if loss.takesLogits, (isSoftmax || isSigmoid) && logits == node {
      throw GraphError(
        layer: name, got: isSoftmax ? "a softmax" : "a sigmoid",
        needs: loss == .binaryCrossEntropy ? "logits or a sigmoid" : "logits or a softmax",
        remedy: "leave the function at the end out, or choose the loss that belongs to it")
    }
    if case .crossEntropy(_, let weights?, _) = loss {
      let classes = graph.nodes[logits].shape.count
      guard weights.count == classes, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw GraphError(
          layer: name, got: "\(weights.count) class weights", needs: "\(classes) numbers from 0 on",
          remedy: "give one per class")
      }
    }
    var trial = graph
    _ = try addLoss(to: &trial)
  }

  /// Gives the weights of classes a place among the parameters, behind those of layers.
  mutating func addConstants(to graph: inout Graph) {
    guard case .crossEntropy(_, let weights?, _) = loss else { return }
    graph.parameters.append(
      ParameterInfo(
        name: "\(name).class_weights", kind: .constant, isTrained: false, shape: [weights.count],
        initialiser: .values(weights), layer: name, layout: .vector(weights.count)))
    classWeights = graph.parameters.count - 1
  }

  /// What the loss reads.
  private var lossInput: NodeID { loss?.takesLogits == true ? logits : node }

  func addLoss(to graph: inout Graph) throws -> [NodeID] {
    let operation: any Operation
    switch loss {
    case nil: return []
    case .crossEntropy(let smoothing, _, let ignored):
      operation = CrossEntropyLoss(
        head: info, smoothing: smoothing, ignoredLabel: ignored, isSoft: false)
    case .softCrossEntropy(let smoothing):
      operation = CrossEntropyLoss(
        head: info, smoothing: smoothing, ignoredLabel: nil, isSoft: true)
    case .meanSquaredError: operation = DistanceLoss(head: info, kind: .squared)
    case .rootMeanSquaredError: operation = DistanceLoss(head: info, kind: .rootSquared)
    case .meanAbsoluteError: operation = DistanceLoss(head: info, kind: .absolute)
    case .binaryCrossEntropy: operation = DistanceLoss(head: info, kind: .binaryCrossEntropy)
    }
    return [
      try graph.append(
        operation, name: name, inputs: [lossInput], parameters: classWeights.map { [$0] } ?? [])
    ]
  }

  func addCount(to graph: inout Graph) throws -> [NodeID] {
    guard case .crossEntropy(_, _, let ignored) = loss else { return [] }
    return [
      try graph.append(
        CountCorrect(head: info, ignoredLabel: ignored), name: "\(name).correct",
        inputs: [logits])
    ]
  }
}
