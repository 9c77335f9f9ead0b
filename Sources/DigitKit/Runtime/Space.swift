import ckernels

/// Where an operand of a plan lies: see ck_plan.h.
enum Space: UInt32, Sendable {
  case nowhere, parameters, gradients, state, shared, lane, batch, tile, array

  /// As the C core writes it: the space in the upper 8 bits, an offset in the lower 56.
  func at(_ offset: Int) -> UInt64 { ck_at_make(ck_space(rawValue), UInt64(offset)) }
}
