import ckernels

/// The kernel that changes pictures in training, called by itself: with the same seed, epoch and indices it gives the
/// pictures that a plan sees.
enum Augmenting {
  /// Pictures `indices` of `pixels`, changed, as bytes behind one another. `layer` is the input's number.
  static func pictures(
    _ pixels: UnsafeRawBufferPointer, _ indices: [Int], _ input: Input,
    _ augmentation: Augmentation, seed: UInt64, epoch: UInt32, layer: UInt32 = 0
  ) throws -> [UInt8] {
    let kernels = try Engine.kernels(nil).pointee
    var input = input
    input.scale = Array(repeating: 1, count: input.channels)
    input.shift = Array(repeating: 0, count: input.channels)
    var shape = WarpPlanShape(input, augmentation)
    let size = input.height * input.width * input.channels
    var chances = ck_chances(
      flip_x: augmentation.chances[0], flip_y: augmentation.chances[1],
      invert: augmentation.chances[2])
    var key = ck_random(
      seed: seed, step: epoch, stream: ck_random_stream(CK_RANDOM_AUGMENT, layer, 0), item: 0)
    let workspace = Block(bytes: ck_warp_workspace(&shape))
    let places = indices.map { Int64($0) }
    var values = [Float](repeating: 0, count: size * indices.count)
    kernels.warp_bytes(
      &values, pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), places,
      Int32(indices.count), &shape, &chances, &key, workspace.pointer)
    if augmentation[.mixup] > 0 { mix(&values, size, augmentation, kernels, seed, epoch) }
    return values.map { UInt8(max(0, min(255, $0.rounded()))) }
  }

  /// As if these pictures were a batch, and the epoch the number of its update.
  private static func mix(
    _ values: inout [Float], _ size: Int, _ augmentation: Augmentation, _ kernels: ck_kernels,
    _ seed: UInt64, _ update: UInt32
  ) {
    var key = ck_random(
      seed: seed, step: update, stream: ck_random_stream(CK_RANDOM_MIX, 0, 0), item: 0)
    let images = values.count / size
    let before = values
    values.withUnsafeMutableBufferPointer { to in
      before.withUnsafeBufferPointer { from in
        guard let to = to.baseAddress, let from = from.baseAddress else { return }
        for image in 0..<images {
          let mix = ck_mix_of(&key, augmentation[.mixup], Int32(image), Int32(images))
          kernels.blend(
            to + image * size, from + image * size, from + Int(mix.partner) * size, mix.share,
            Int64(size))
        }
      }
    }
  }
}
