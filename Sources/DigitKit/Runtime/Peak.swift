import CPeak

extension Engine {
  /// Floating-point operations a second that one thread reaches while `threads` of them do nothing but multiply and add
  /// between registers, by the instruction set in use; measured for `seconds` of processor time.
  static func peak(threads: Int, seconds: Double) throws -> Double {
    let loops = cpeak_loops_for(try chosenInstructionSet())
    guard let loops else { throw EngineError(message: "there is no loop to measure the peak by") }
    var rounds: Int64 = 16
    while true {
      let took = cpeak_seconds(loops, Int32(clamping: threads), rounds)
      if took >= seconds { return loops.pointee.operations * Double(rounds) / took }
      // A clock may stand still for so short a while.
      let wanted = Double(rounds) * 1.1 * seconds / max(took, 1e-6)
      rounds = max(2 * rounds, Int64(min(wanted, 1e15)))
    }
  }
}
