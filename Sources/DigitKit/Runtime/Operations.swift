import ckernels

// The C core's operations and shapes under Swift names, so that the planner needs no other file to
// see the core. Numbers and formulas are those of ops.def.

typealias ConvolutionPlanShape = ck_conv
typealias DensePlanShape = ck_dense
typealias PoolPlanShape = ck_pool
typealias RowsPlanShape = ck_rows
typealias ImagesPlanShape = ck_images
typealias ConcatenatePlanShape = ck_concatenate
typealias CrossEntropyPlanShape = ck_cross_entropy
typealias GatherPlanShape = ck_gather
typealias WarpPlanShape = ck_warp
typealias MatrixPlanShape = ck_matrix

/// The shape of an operation of a plan: the member of the union that ops.def names.
enum PlanShape {
  case convolution(ck_conv)
  case dense(ck_dense)
  case pool(ck_pool)
  case rows(ck_rows)
  case images(ck_images)
  case concatenate(ck_concatenate)
  case crossEntropy(ck_cross_entropy)
  case gather(ck_gather)
  case warp(ck_warp)
  case flat(Int)
  case matrix(ck_matrix)

  func write(to op: inout ck_op) {
    switch self {
    case .convolution(let s): op.shape.conv = s
    case .dense(let s): op.shape.dense = s
    case .pool(let s): op.shape.pool = s
    case .rows(let s): op.shape.rows = s
    case .images(let s): op.shape.images = s
    case .concatenate(let s): op.shape.concatenate = s
    case .crossEntropy(let s): op.shape.cross_entropy = s
    case .gather(let s): op.shape.gather = s
    case .warp(let s): op.shape.warp = s
    case .flat(let count): op.shape.flat = ck_flat(count: Int64(count))
    case .matrix(let s): op.shape.matrix = s
    }
  }
}

/// An activation that a layer computes with its product.
enum FusedActivation: Int32, Sendable {
  case identity, relu, leakyReLU

  /// As the C core numbers it.
  var code: Int32 {
    switch self {
    case .identity: Int32(CK_IDENTITY.rawValue)
    case .relu: Int32(CK_RELU.rawValue)
    case .leakyReLU: Int32(CK_LEAKY_RELU.rawValue)
    }
  }
}

/// An operation of a plan.
typealias Opcode = ck_opcode

extension ck_opcode {
  // Input
  static var gatherBytes: Self { CK_OP_gather_bytes }
  static var gatherFloats: Self { CK_OP_gather_floats }
  static var warpBytes: Self { CK_OP_warp_bytes }
  static var gatherRows: Self { CK_OP_gather_rows }
  static var writeRows: Self { CK_OP_write_rows }
  static var labelRows: Self { CK_OP_label_rows }
  static var mix: Self { CK_OP_mix }
  // Layers with weights
  static var convForwardPrepare: Self { CK_OP_conv_forward_prepare }
  static var convForward: Self { CK_OP_conv_forward }
  static var convQuantiseWeights: Self { CK_OP_conv_quantise_weights }
  static var convForwardS16: Self { CK_OP_conv_forward_s16 }
  static var convBackwardInputPrepare: Self { CK_OP_conv_backward_input_prepare }
  static var convBackwardInput: Self { CK_OP_conv_backward_input }
  static var convBackwardWeight: Self { CK_OP_conv_backward_weight }
  static var convGradient: Self { CK_OP_conv_gradient }
  static var convGradientByChannel: Self { CK_OP_conv_gradient_by_channel }
  static var denseForwardPrepare: Self { CK_OP_dense_forward_prepare }
  static var denseForward: Self { CK_OP_dense_forward }
  static var denseQuantiseWeights: Self { CK_OP_dense_quantise_weights }
  static var denseForwardS16: Self { CK_OP_dense_forward_s16 }
  static var denseBackwardInputPrepare: Self { CK_OP_dense_backward_input_prepare }
  static var denseBackwardInput: Self { CK_OP_dense_backward_input }
  static var denseGradient: Self { CK_OP_dense_gradient }
  static var denseGradientUpdate: Self { CK_OP_dense_gradient_update }
  static var biasGradient: Self { CK_OP_bias_gradient }
  // Pools
  static var maxPoolForward: Self { CK_OP_max_pool_forward }
  static var maxPoolBackward: Self { CK_OP_max_pool_backward }
  static var averagePoolForward: Self { CK_OP_average_pool_forward }
  static var averagePoolBackward: Self { CK_OP_average_pool_backward }
  static var globalAveragePoolForward: Self { CK_OP_global_average_pool_forward }
  static var globalAveragePoolBackward: Self { CK_OP_global_average_pool_backward }
  static var stochasticPoolForward: Self { CK_OP_stochastic_pool_forward }
  static var stochasticPoolPredict: Self { CK_OP_stochastic_pool_predict }
  // Elementwise
  static var reluForward: Self { CK_OP_relu_forward }
  static var reluBackward: Self { CK_OP_relu_backward }
  static var leakyReLUForward: Self { CK_OP_leaky_relu_forward }
  static var leakyReLUBackward: Self { CK_OP_leaky_relu_backward }
  static var sigmoidForward: Self { CK_OP_sigmoid_forward }
  static var sigmoidBackward: Self { CK_OP_sigmoid_backward }
  static var tanhForward: Self { CK_OP_tanh_forward }
  static var tanhBackward: Self { CK_OP_tanh_backward }
  static var geluForward: Self { CK_OP_gelu_forward }
  static var geluBackward: Self { CK_OP_gelu_backward }
  static var siluForward: Self { CK_OP_silu_forward }
  static var siluBackward: Self { CK_OP_silu_backward }
  static var sum: Self { CK_OP_add }
  static var concatenateForward: Self { CK_OP_concatenate_forward }
  static var concatenateBackward: Self { CK_OP_concatenate_backward }
  static var dropout: Self { CK_OP_dropout }
  static var channelDropout: Self { CK_OP_channel_dropout }
  static var dropBlock: Self { CK_OP_drop_block }
  // Norms
  static var batchNormMoments: Self { CK_OP_batch_norm_moments }
  static var batchNormStatistics: Self { CK_OP_batch_norm_statistics }
  static var batchNormAffine: Self { CK_OP_batch_norm_affine }
  static var batchNormApply: Self { CK_OP_batch_norm_apply }
  static var batchNormBackwardSums: Self { CK_OP_batch_norm_backward_sums }
  static var batchNormBackwardCombine: Self { CK_OP_batch_norm_backward_combine }
  static var batchNormBackwardApply: Self { CK_OP_batch_norm_backward_apply }
  static var layerNormForward: Self { CK_OP_layer_norm_forward }
  static var layerNormBackward: Self { CK_OP_layer_norm_backward }
  static var laneSum: Self { CK_OP_lane_sum }
  // Softmax and losses
  static var softmaxForward: Self { CK_OP_softmax_forward }
  static var softmaxBackward: Self { CK_OP_softmax_backward }
  static var logSoftmaxForward: Self { CK_OP_log_softmax_forward }
  static var logSoftmaxBackward: Self { CK_OP_log_softmax_backward }
  static var crossEntropyLabels: Self { CK_OP_cross_entropy_labels }
  static var crossEntropyTargets: Self { CK_OP_cross_entropy_targets }
  static var meanSquaredError: Self { CK_OP_mean_squared_error }
  static var meanAbsoluteError: Self { CK_OP_mean_absolute_error }
  static var binaryCrossEntropy: Self { CK_OP_binary_cross_entropy }
  static var rootMeanSquaredErrorBackward: Self { CK_OP_root_mean_squared_error_backward }
  static var countCorrect: Self { CK_OP_count_correct }
  // Optimisers
  static var sgdUpdate: Self { CK_OP_sgd_update }
  static var adamUpdate: Self { CK_OP_adam_update }
  static var adagradUpdate: Self { CK_OP_adagrad_update }
  static var rmspropUpdate: Self { CK_OP_rmsprop_update }
  static var muonUpdate: Self { CK_OP_muon_update }
  static var averageUpdate: Self { CK_OP_average_update }
  static var squaredNorm: Self { CK_OP_squared_norm }
  static var clipFactor: Self { CK_OP_clip_factor }

  /// Whether it makes the products of its layer: forward, or one of the two gradients.
  var isProduct: Bool {
    switch self {
    case .convForward, .convForwardS16, .convBackwardInput, .convBackwardWeight,
      .convGradientByChannel, .denseForward, .denseForwardS16, .denseBackwardInput, .denseGradient,
      .denseGradientUpdate:
      true
    default: false
    }
  }

  /// "conv_forward"
  var label: String { ck_op_name(rawValue).map { String(cString: $0) } ?? "\(rawValue)" }
}

/// What one operand of an operation takes and is for.
struct OperandUse {
  enum Verb { case reads, writes, adds, scratch }
  var verb: Verb
  /// Bytes per image where `isOfImage`, else in all.
  var bytes: Int
  var isOfImage: Bool
}

/// The operands of an operation of this shape, for so many images at a time.
func operandUses(_ code: Opcode, _ shape: PlanShape, images: Int) -> [OperandUse] {
  var op = ck_op()
  op.code = code.rawValue
  shape.write(to: &op)
  return withUnsafeTemporaryAllocation(of: ck_operand_about.self, capacity: Int(CK_OPERANDS)) {
    list in
    let count = ck_op_describe(&op, Int32(images), list.baseAddress)
    return (0..<Int(count)).map { i in
      let verb: OperandUse.Verb =
        switch list[i].use {
        case CK_READ: .reads
        case CK_WRITTEN: .writes
        case CK_ADDED_TO: .adds
        default: .scratch
        }
      return OperandUse(verb: verb, bytes: Int(list[i].bytes), isOfImage: list[i].of_image != 0)
    }
  }
}

/// How the C core computes a convolution of this shape.
struct ConvolutionForm {
  /// Bytes of what one lane sums for the weight gradient.
  var sums: Int
  /// Bytes of the weights as packed for the forward pass.
  var prepared: Int { Int(choice.forward_prepared) }
  /// Parts of channels that each direction can be cut into.
  var parts: (forward: Int, byInput: Int, byWeight: Int)
  private let choice: ck_conv_choice

  init(_ shape: ConvolutionPlanShape) {
    var shape = shape
    var choice = ck_conv_choice()
    ck_conv_choose(&shape, &choice)
    var (forward, byInput, byWeight): (Int32, Int32, Int32) = (1, 1, 1)
    ck_conv_parts(&shape, &forward, &byInput, &byWeight)
    self.choice = choice
    sums = Int(choice.sums)
    parts = (Int(forward), Int(byInput), Int(byWeight))
  }

  static let few = Int32(CK_CONV_WINOGRAD_FEW.rawValue)

  /// Whether so few images are faster with weights that are transformed as they are read; the bits are the same.
  static func areFew(_ images: Int, for shape: ConvolutionPlanShape) -> Bool {
    var shape = shape
    return ck_conv_are_few(&shape, Int32(images)) != 0
  }

  /// "direct", "winograd", ...: that of the direction which an operation belongs to.
  func algorithm(of code: Opcode) -> String {
    let chosen =
      switch code {
      case .convBackwardInput, .convBackwardInputPrepare: choice.backward_input
      case .convBackwardWeight, .convGradient, .convGradientByChannel: choice.backward_weight
      default: choice.forward
      }
    let names = ["auto", "plain", "direct", "winograd", "sparse", "winograd few"]
    let place = Int(chosen.rawValue)
    return names.indices.contains(place) ? names[place] : "\(place)"
  }
}

/// The block of elements whose squared norm is one partial sum.
let normBlock = 4096

/// Bytes that one item of a caller's array takes per value.
enum ElementType: UInt32, Sendable {
  case bytes, floats, integers
  var size: Int { self == .bytes ? 1 : 4 }
}
